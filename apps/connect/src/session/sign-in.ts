import { CLOSE_CODES, DomainError } from '@queqiao/domain';
import type { DevicePolicy } from '@queqiao/directory';
import type { Connect, Connected, Device } from '@queqiao/protocol/client';
import { toProtoError, type Error as ProtoError } from '@queqiao/protocol/common';
import {
  DevicePolicy_Mode,
  type DevicePolicy as PolicyMessage,
  type OpenSessionResponse,
} from '@queqiao/protocol/link';
import type { Clock } from '@queqiao/runtime';
import type { AddressGate } from './address-gate.js';
import { closeReplaced, closeSuperseded, type Closer } from './closer.js';
import { checkConnect, platformName } from './connect-request.js';
import type { Departures } from './departures.js';
import type { LargeGroups } from './large-groups.js';
import type { LogicCaller } from './logic-caller.js';
import type { Outboxes } from './outbox.js';
import type { RecentRevocations } from './recent-revocations.js';
import type { Registration } from './registration.js';
import { serverMsOf, type Session } from './session.js';
import type { SessionLimits } from './session-limits.js';
import type { SessionMetrics } from './session-metrics.js';
import type { SessionTable } from './session-table.js';

export interface SignInDeps {
  readonly clock: Clock;
  readonly logic: LogicCaller;
  readonly table: SessionTable;
  readonly registration: Registration;
  readonly departures: Departures;
  readonly outboxes: Outboxes;
  readonly closer: Closer;
  readonly metrics: SessionMetrics;
  readonly recent: RecentRevocations;
  readonly large: Pick<LargeGroups, 'enter' | 'leave'>;
  readonly addresses: Pick<AddressGate, 'signIn' | 'signInRefused'>;
}

/** What logic tells of a token that it has verified. */
type TokenFacts = Pick<
  OpenSessionResponse,
  | 'tokenExpiresMs'
  | 'tokenIssuedMs'
  | 'serverMs'
  | 'keyId'
  | 'tokenId'
  | 'userBannedMs'
  | 'appSuspendedMs'
>;

/**
 * Takes a socket from connect to connected: admission, logic's verdict on the token, the directory, then the answer. The
 * registration is complete before the device can make its first call, so every commit is seen by a push or by its sync.
 */
export class SignIn {
  #opens = 0;

  constructor(
    private readonly deps: SignInDeps,
    private readonly limits: SessionLimits,
    private readonly node: { readonly bootId: string },
  ) {}

  begin(session: Session, connect: Connect): void {
    const { closer, metrics } = this.deps;
    let device: Device;
    try {
      device = checkConnect(connect);
    } catch (error) {
      closer.close(session, refusal(toProtoError(error, ''), CLOSE_CODES.PROTOCOL_ERROR));
      return;
    }
    const waitMs = this.deps.addresses.signIn(session.source?.remoteAddress ?? '');
    if (waitMs > 0) {
      closer.close(session, tooMany(Math.max(waitMs, closer.hintMs())));
      return;
    }
    if (this.#opens >= this.limits.maxOpens) {
      closer.closeForRetry(session, CLOSE_CODES.OVERLOADED, 'too many session opens');
      return;
    }
    session.state = 'opening';
    this.#opens++;
    metrics.opens.inc();
    void this.#open(session, connect, device).finally(() => {
      this.#opens--;
      metrics.opens.dec();
    });
  }

  async #open(session: Session, connect: Connect, device: Device): Promise<void> {
    const { origin = '', remoteAddress = '' } = session.source ?? {};
    const { token, generation } = connect;
    const request = { token, device, generation, origin, remoteAddress };
    const answer = await this.deps.logic.open(device.id, request);
    if (isOver(session)) return;
    if ('error' in answer) {
      this.refuse(session, answer.error, answer.cause);
      return;
    }
    this.#adopt(session, connect, device, answer.value);
    if (this.deps.recent.cover(session)) {
      // It was signed out after logic had looked and before it could be found here.
      this.deps.metrics.revokedSessions.inc({ when: 'opening' });
      const reason = 'signed out meanwhile';
      this.deps.closer.close(session, { code: CLOSE_CODES.SIGN_IN_REFUSED, reason });
      return;
    }
    if (this.#yieldsToLocal(session)) return;
    const outcome = await this.deps.registration.first(session);
    if (isOver(session)) {
      // The socket went while the directory was writing: the line that was just written is ours to remove.
      this.deps.departures.add(session);
      return;
    }
    if (outcome === 'superseded') return closeSuperseded(this.deps.closer, session);
    // After the registration: who joins a group from now on is told so by a push.
    const entered = await this.deps.large.enter(session);
    if (isOver(session)) {
      this.deps.large.leave(session);
      return;
    }
    if (!entered) {
      const { closer, table } = this.deps;
      closer.closeForRetry(session, CLOSE_CODES.OVERLOADED, 'no answer from logic', table.size);
      return;
    }
    session.state = 'connected';
    this.deps.metrics.sessions.inc({ codec: session.socket.codec.name });
    this.answer(session, answer.value.logEpoch);
  }

  /** Writes `connected`, which answers connect and refresh. */
  answer(session: Session, logEpoch: number): void {
    const value: Connected = {
      sessionId: `${this.node.bootId}-${session.number}`,
      appId: session.appId,
      userId: session.userId,
      logEpoch,
      serverMs: serverMsOf(session, this.deps.clock.monotonic()),
      tokenExpiresMs: session.tokenExpiresMs,
      pingIntervalMs: this.limits.pingIntervalMs,
      silenceLimitMs: this.limits.silenceMs,
    };
    const { codec } = session.socket;
    this.deps.outboxes.push(session, codec.encode({ item: { $case: 'connected', value } }));
  }

  /** Closes a session whose token logic did not accept, with the code that tells the device what to do. */
  refuse(session: Session, error: ProtoError, cause: DomainError): void {
    const foreignOrigin = cause.code === 'PERMISSION_DENIED' && cause.field === 'origin';
    const code = foreignOrigin ? CLOSE_CODES.ORIGIN_REFUSED : cause.row.signInCloseCode;
    if (code === CLOSE_CODES.SIGN_IN_REFUSED && session.source !== null) {
      this.deps.addresses.signInRefused(session.source.remoteAddress);
    }
    if (!cause.row.retryable) return this.deps.closer.close(session, refusal(error, code));
    // As many as there are may be refused for the same reason at about this time.
    const reconnectAfterMs = cause.retryAfterMs || this.deps.closer.hintMs(this.deps.table.size);
    this.deps.closer.close(session, { ...refusal(error, code), reconnectAfterMs });
  }

  /** Keeps the token's end by logic's clock. A logic node that does not tell its time yet is taken to have this node's. */
  setToken(session: Session, token: TokenFacts): void {
    const { clock, table } = this.deps;
    const { tokenExpiresMs, tokenIssuedMs, serverMs } = token;
    session.serverAheadMs = (serverMs === 0 ? clock.now() : serverMs) - clock.monotonic();
    session.tokenIssuedMs = tokenIssuedMs;
    session.keyId = table.internKey(session.appId, token.keyId);
    session.tokenId = token.tokenId;
    session.userBannedMs = token.userBannedMs;
    session.appSuspendedMs = token.appSuspendedMs;
    session.tokenExpiresMs = tokenExpiresMs;
    session.warnAtMs = tokenExpiresMs - this.limits.tokenWarningMs;
  }

  #adopt(session: Session, connect: Connect, device: Device, opened: OpenSessionResponse): void {
    session.appId = this.deps.table.intern(opened.appId);
    session.userId = opened.userId;
    session.deviceId = device.id;
    session.generation = connect.generation;
    session.platform = platformName(device.platform);
    session.policy = policyOf(opened.devicePolicy);
    session.source = null;
    this.setToken(session, opened);
    this.deps.table.bindUser(session);
  }

  /** Settles two sessions of one device on this node without asking anyone: the higher generation stays. */
  #yieldsToLocal(session: Session): boolean {
    for (const other of this.deps.table.ofUser(session.appId, session.userId)) {
      if (other === session || other.deviceId !== session.deviceId) continue;
      const [loser] = other.generation > session.generation ? [session] : [other];
      if (loser === session) {
        closeSuperseded(this.deps.closer, session);
        return true;
      }
      closeReplaced(this.deps.closer, loser);
    }
    return false;
  }
}

/** Asked after every await: the compiler cannot know that the state changes meanwhile. */
function isOver(session: Session): boolean {
  return session.state === 'closing';
}

/** Of an address that signs in too often. */
function tooMany(retryAfterMs: number) {
  const field = 'addressSignInsPerSecond';
  const cause = new DomainError('RATE_LIMITED', 'too many sign-ins', { field, retryAfterMs });
  const reason = 'too many sign-ins';
  const error = toProtoError(cause, '');
  return { code: CLOSE_CODES.OVERLOADED, reason, error, reconnectAfterMs: retryAfterMs };
}

function refusal(error: ProtoError, code: number) {
  const reason = code === CLOSE_CODES.PROTOCOL_ERROR ? 'malformed sign-in' : 'sign-in refused';
  return { code, reason, error };
}

const POLICIES = {
  unlimited: { mode: 'unlimited' },
  onePerPlatform: { mode: 'one-per-platform' },
} as const satisfies Record<string, DevicePolicy>;
const MAX_PER_USER = new Map<number, DevicePolicy>();
const MAX_DEVICES_CEILING = 100;

/** One object per distinct policy, shared by all sessions that have it. */
function policyOf(message: PolicyMessage | undefined): DevicePolicy {
  if (message?.mode === DevicePolicy_Mode.ONE_PER_PLATFORM) return POLICIES.onePerPlatform;
  if (message?.mode !== DevicePolicy_Mode.MAX_PER_USER) return POLICIES.unlimited;
  const max = Math.min(Math.max(1, message.maxDevices), MAX_DEVICES_CEILING);
  const known = MAX_PER_USER.get(max);
  if (known !== undefined) return known;
  const policy: DevicePolicy = { mode: 'max-per-user', max };
  MAX_PER_USER.set(max, policy);
  return policy;
}
