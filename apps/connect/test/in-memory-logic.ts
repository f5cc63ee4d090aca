/** A logic in memory: what connect asks of the link, answered from the words in the tokens. */
import { DomainError, type ErrorCode } from '@queqiao/domain';
import { Error as ProtoError, toProtoError } from '@queqiao/protocol/common';
import {
  type AppRevocation,
  DevicePolicy,
  ConfirmCrossingRequest,
  KickSessionRequest,
  KickSessionResponse,
  LargeLeaversRequest,
  LargeLeaversResponse,
  LargeMembershipsRequest,
  LargeMembershipsResponse,
  OpenSessionRequest,
  OpenSessionResponse,
  RefreshSessionRequest,
  RefreshSessionResponse,
  PresenceChangedRequest,
  RevocationsSinceRequest,
  RevocationsSinceResponse,
  type LargeMember,
  type Revocation,
  type Caller,
} from '@queqiao/protocol/link';
import type { Clock } from '@queqiao/runtime';
import type { DownHandlers, LogicCallInput, LogicReply, Readiness } from '../src/link/index.js';

const REFUSALS: Record<string, [ErrorCode, string]> = {
  bad: ['UNAUTHENTICATED', 'token'],
  expired: ['TOKEN_EXPIRED', 'token'],
  banned: ['PERMISSION_DENIED', 'user'],
  suspended: ['APP_SUSPENDED', ''],
  foreign: ['PERMISSION_DENIED', 'origin'],
  away: ['UNAVAILABLE', ''],
  older: ['UNIMPLEMENTED', 'method'],
};
export const TOKEN_LIFE_MS = 3_600_000;

/**
 * Tokens are `<app>/<user>` or `<app>/<user>/<life in ms>`; a word of REFUSALS is refused accordingly, and `slow/…` waits
 * for `release`. The client methods `…/Hang` and `…/SignOutDevice` wait too, `…/Fail` answers NOT_A_MEMBER, `…/Lost` rejects,
 * `…/Busy` is refused for its rate, others echo.
 */
export class InMemoryLogic {
  readonly calls: LogicCallInput[] = [];
  readonly opens: OpenSessionRequest[] = [];
  /** So many of the next opens lose their link. */
  lostOpens = 0;
  readonly kicks: KickSessionRequest[] = [];
  readonly closed: string[] = [];
  /** Users that it was told of, by call. */
  readonly presence: string[][] = [];
  policy = DevicePolicy.fromPartial({});
  kickFailures = 0;
  /** False: as logic nodes that do not know the field yet. */
  tellsTime = true;
  /** What the feed of sign-outs answers. */
  revocations: Revocation[] = [];
  appRevocations: AppRevocation[] = [];
  tooOld = false;
  feedAway = false;
  feedHold: Promise<void> | null = null;
  readonly feedRequests: RevocationsSinceRequest[] = [];
  /** Of every token that is verified from now on. */
  tokenIssuedMs = (): number => this.clock.now();
  keyId = 'k1';
  tokenId = '';
  userBannedMs = 0;
  appSuspendedMs = 0;
  /** Who is in which large group, and who left them; what is asked about them. */
  large: LargeMember[] = [];
  leavers: { conversationId: string; userId: string; leaveVersion: number }[] = [];
  /** Of groups whose last leave is not in `leavers` any more. */
  largeTooOld = false;
  largeAway = false;
  largeHold: Promise<void> | null = null;
  readonly largeQuestions: string[] = [];
  handlers: DownHandlers | null = null;
  #waiting: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  start(): void {}
  stop(): void {}
  attachedCount = (): number => 1;
  readiness = (): Readiness => ({ ready: true, reasons: [] });

  /** Answers what waits: all of it, or so many of the oldest. */
  release(count = this.#waiting.length): void {
    for (const resolve of this.#waiting.splice(0, count)) resolve();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  callersOf(method: string): (Caller | undefined)[] {
    return this.calls.filter((call) => call.method.endsWith(method)).map((call) => call.caller);
  }

  async call(input: LogicCallInput): Promise<LogicReply> {
    const method = input.method.split('/')[1] ?? '';
    // Asked all the time; kept apart so that tests see what they caused.
    if (!/^(RevocationsSince|PresenceChanged|Large\w+)$/.test(method)) this.calls.push(input);
    switch (input.method.startsWith('queqiao.link.v1.') ? method : '') {
      case 'OpenSession':
        return this.#open(OpenSessionRequest.decode(input.body));
      case 'RefreshSession':
        return this.#refresh(RefreshSessionRequest.decode(input.body));
      case 'KickSession':
        return this.#kick(KickSessionRequest.decode(input.body));
      case 'RevocationsSince':
        return this.#revocationsSince(RevocationsSinceRequest.decode(input.body));
      case 'LargeMemberships':
        return this.#largeMemberships(LargeMembershipsRequest.decode(input.body));
      case 'LargeLeavers':
        return this.#largeLeavers(LargeLeaversRequest.decode(input.body));
      case 'ConfirmCrossing':
        this.largeQuestions.push(
          `confirm ${ConfirmCrossingRequest.decode(input.body).conversationId}`,
        );
        return { body: new Uint8Array() };
      case 'PresenceChanged':
        this.presence.push(PresenceChangedRequest.decode(input.body).userIds);
        return { body: new Uint8Array() };
      case 'CloseSession':
        this.closed.push(input.key);
        return { body: new Uint8Array() };
      default:
        return this.#client(method, input);
    }
  }

  async #client(method: string, input: LogicCallInput): Promise<LogicReply> {
    if (method === 'Hang' || method === 'SignOutDevice') await this.#wait();
    if (method === 'Lost') throw new DomainError('UNAVAILABLE', 'logic node lost');
    if (method === 'Fail') return refused(['NOT_A_MEMBER', 'conversation_id'], input.requestId);
    if (method === 'Busy') return refused(['RATE_LIMITED', 'userWritesPerSecond'], 'r4', 300);
    return { body: input.body };
  }

  async #open(request: OpenSessionRequest): Promise<LogicReply> {
    this.opens.push(request);
    if (this.lostOpens-- > 0) throw new DomainError('UNAVAILABLE', 'logic node out of reach');
    const [first = '', ...rest] = request.token.split('/');
    const refusal = REFUSALS[first];
    if (refusal !== undefined) return refused(refusal, 'r1');
    if (first === 'slow') await this.#wait();
    const [appId = '', userId = '', life] = first === 'slow' ? rest : [first, ...rest];
    const serverMs = this.clock.now();
    const tokenExpiresMs = serverMs + (life === undefined ? TOKEN_LIFE_MS : Number(life));
    const token = {
      tokenExpiresMs,
      serverMs: this.tellsTime ? serverMs : 0,
      tokenIssuedMs: this.tokenIssuedMs(),
      ...this.#judged(),
    };
    const opened = { appId, userId, ...token, logEpoch: 7, devicePolicy: this.policy };
    return { body: OpenSessionResponse.encode(opened).finish() };
  }

  #judged() {
    const { keyId, tokenId, userBannedMs, appSuspendedMs } = this;
    return { keyId, tokenId, userBannedMs, appSuspendedMs };
  }

  #refresh(request: RefreshSessionRequest): LogicReply {
    const refusal = REFUSALS[request.token];
    if (refusal !== undefined) return refused(refusal, 'r2');
    const serverMs = this.clock.now();
    const refreshed = {
      tokenExpiresMs: serverMs + TOKEN_LIFE_MS,
      serverMs,
      logEpoch: 7,
      tokenIssuedMs: this.tokenIssuedMs(),
      ...this.#judged(),
    };
    return { body: RefreshSessionResponse.encode(refreshed).finish() };
  }

  async #revocationsSince(request: RevocationsSinceRequest): Promise<LogicReply> {
    this.feedRequests.push(request);
    if (this.feedAway) throw new DomainError('UNAVAILABLE', 'no logic node attached');
    const { revocations, appRevocations, tooOld } = this;
    const nowMs = this.clock.now();
    await this.feedHold;
    const answer = { nowMs, revocations, appRevocations, more: false, tooOld };
    return { body: RevocationsSinceResponse.encode(answer).finish() };
  }

  async #largeMemberships(request: LargeMembershipsRequest): Promise<LogicReply> {
    const { userIds, conversationId } = request;
    this.largeQuestions.push(`members ${userIds.join(' ')}`);
    if (this.largeAway) throw new DomainError('UNAVAILABLE', 'no logic node attached');
    const members = this.large.filter(
      (member) =>
        userIds.includes(member.userId) &&
        (conversationId === '' || member.conversationId === conversationId),
    );
    await this.largeHold;
    return { body: LargeMembershipsResponse.encode({ members }).finish() };
  }

  async #largeLeavers(request: LargeLeaversRequest): Promise<LogicReply> {
    const { conversationId, sinceVersion } = request;
    this.largeQuestions.push(`leavers ${conversationId} ${sinceVersion}`);
    if (this.largeAway) throw new DomainError('UNAVAILABLE', 'no logic node attached');
    const all = this.leavers.filter((leaver) => leaver.conversationId === conversationId);
    const leaveVersion = Math.max(sinceVersion, ...all.map((leaver) => leaver.leaveVersion));
    const leavers = all.filter((leaver) => leaver.leaveVersion > sinceVersion);
    await this.largeHold;
    const answer = { leaveVersion, leavers, tooOld: this.largeTooOld };
    return { body: LargeLeaversResponse.encode(answer).finish() };
  }

  #kick(request: KickSessionRequest): LogicReply {
    this.kicks.push(request);
    if (this.kickFailures-- > 0) return refused(['UNAVAILABLE', ''], 'r3');
    return { body: KickSessionResponse.encode({ gone: false }).finish() };
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

function refused(
  [code, field]: [ErrorCode, string],
  requestId: string,
  retryAfterMs = 0,
): LogicReply {
  const cause = new DomainError(code, 'refused', { field, retryAfterMs });
  const error = toProtoError(cause, requestId);
  return { error: ProtoError.encode(error).finish() };
}
