import { CLOSE_CODES, DomainError, invalidArgument, isId } from '@queqiao/domain';
import type { Call } from '@queqiao/protocol/client';
import {
  Error as ProtoError,
  ErrorCode,
  errorCodeFromProto,
  toProtoError,
} from '@queqiao/protocol/common';
import type { Clock, Logger } from '@queqiao/runtime';
import type { LogicCalls } from '../link/index.js';
import type { Closer } from './closer.js';
import { HeldCalls } from './held-calls.js';
import type { RequestIds } from './logic-caller.js';
import type { Outboxes } from './outbox.js';
import type { Session } from './session.js';
import {
  CLIENT_METHOD_PREFIX,
  MAX_AFFINITY_BYTES,
  MAX_METHOD_BYTES,
  type SessionLimits,
} from './session-limits.js';
import type { SessionMetrics } from './session-metrics.js';

export interface CallsDeps {
  readonly logic: LogicCalls;
  readonly clock: Clock;
  readonly closer: Pick<Closer, 'close' | 'hintMs'>;
  readonly outboxes: Outboxes;
  readonly requestIds: RequestIds;
  readonly metrics: SessionMetrics;
  readonly logger: Logger;
}

const SIGN_OUT = `${CLIENT_METHOD_PREFIX}DeviceService/SignOutDevice`;
const METHOD_NAME = /^[\w./]{1,128}$/;

/** Forwards the calls of signed-in devices to logic and writes the replies, in the order in which they come back. */
export class Calls {
  constructor(
    private readonly deps: CallsDeps,
    private readonly limits: Pick<SessionLimits, 'maxCallsPerSession' | 'callTimeoutMs'>,
  ) {}

  /** Every call is answered exactly once, unless the session ends first. */
  begin(session: Session, call: Call): void {
    const requestId = isId(call.requestId) ? call.requestId : this.deps.requestIds.next();
    const refused = this.#refusal(session, call) ?? this.#held(session, call.method);
    if (refused !== null) {
      this.deps.metrics.refusedCalls.inc({ reason: refused.code });
      const error = toProtoError(refused, requestId);
      this.#replyOwn(session, call, error);
      if (refused.code === 'RATE_LIMITED') this.#noteIgnored(session, error);
      return;
    }
    if (session.callIds === null) session.callIds = [call.id];
    else session.callIds.push(call.id);
    if (call.method === SIGN_OUT) session.signOuts += 1;
    this.deps.metrics.calls.inc();
    void this.#forward(session, call, requestId);
  }

  #refusal(session: Session, call: Call): DomainError | null {
    const ids = session.callIds;
    if (ids !== null && ids.length >= this.limits.maxCallsPerSession) {
      return new DomainError('TOO_MANY_CALLS', 'too many calls in flight');
    }
    if (ids?.includes(call.id)) {
      return new DomainError('TOO_MANY_CALLS', 'a call of this id is in flight', { field: 'id' });
    }
    if (Buffer.byteLength(call.affinity) > MAX_AFFINITY_BYTES) {
      return invalidArgument('affinity', `has more than ${MAX_AFFINITY_BYTES} bytes`);
    }
    if (Buffer.byteLength(call.method) > MAX_METHOD_BYTES) {
      return invalidArgument('method', `has more than ${MAX_METHOD_BYTES} bytes`);
    }
    if (!call.method.startsWith(CLIENT_METHOD_PREFIX)) {
      return new DomainError('UNIMPLEMENTED', 'no such method', { field: 'method' });
    }
    return null;
  }

  /** A method that logic has refused for its rate waits as long as logic has said. */
  #held(session: Session, method: string): DomainError | null {
    const retryAfterMs = session.heldCalls?.waitMs(method, this.deps.clock.monotonic()) ?? 0;
    if (retryAfterMs === 0) return null;
    const message = 'too many calls: wait as long as was said';
    return new DomainError('RATE_LIMITED', message, { field: 'method', retryAfterMs });
  }

  #noteIgnored(session: Session, error: ProtoError): void {
    if (session.heldCalls?.ignored(this.deps.clock.monotonic()) !== true) return;
    const reason = 'calls go on although they were to wait';
    const reconnectAfterMs = Math.max(error.retryAfterMs, this.deps.closer.hintMs());
    this.deps.closer.close(session, {
      code: CLOSE_CODES.OVERLOADED,
      reason,
      error,
      reconnectAfterMs,
    });
  }

  #hold(session: Session, method: string, { code, retryAfterMs }: ProtoError): void {
    if (code !== ErrorCode.RATE_LIMITED || retryAfterMs <= 0) return;
    session.heldCalls ??= new HeldCalls();
    session.heldCalls.hold(method, retryAfterMs, this.deps.clock.monotonic());
  }

  async #forward(session: Session, call: Call, requestId: string): Promise<void> {
    const { appId, userId, deviceId, number } = session;
    const { codec } = session.socket;
    try {
      const reply = await this.deps.logic.call({
        key: `${appId}:${call.affinity === '' ? userId : call.affinity}`,
        method: call.method,
        body: call.body,
        codec: codec.name,
        caller: { appId, userId, deviceId, session: number },
        timeoutMs: this.limits.callTimeoutMs,
        requestId,
      });
      this.#settle(session, call);
      if ('error' in reply) this.#refused(session, call, ProtoError.decode(reply.error));
      else this.#answer(session, call, codec.reply(call.id, reply.body));
    } catch (error) {
      this.#settle(session, call);
      this.#replyOwn(session, call, toProtoError(error, requestId));
    }
  }

  #answer(session: Session, { method }: Call, answer: Uint8Array): void {
    const { outboxes } = this.deps;
    outboxes.push(session, answer);
    // The news of a sign-out may come in the same turn, and takes away what waits for the device.
    if (method === SIGN_OUT) outboxes.flush(session);
  }

  #refused(session: Session, call: Call, error: ProtoError): void {
    this.#hold(session, call.method, error);
    this.#log(session, call, error);
    this.deps.outboxes.push(session, session.socket.codec.replyError(call.id, error));
  }

  #replyOwn(session: Session, call: Call, error: ProtoError): void {
    this.#log(session, call, error);
    this.deps.outboxes.pushOwn(session, session.socket.codec.replyError(call.id, error));
  }

  /** Methods are texts of the device: logged as far as they are names. */
  #log({ appId }: Session, call: Call, { code, requestId }: ProtoError): void {
    const method = METHOD_NAME.test(call.method) ? call.method : '';
    this.deps.logger.debug({ method, code: errorCodeFromProto(code), requestId, appId }, 'call');
  }

  #settle(session: Session, { id, method }: Call): void {
    this.deps.metrics.calls.dec();
    if (method === SIGN_OUT) session.signOuts -= 1;
    const ids = session.callIds;
    const at = ids?.indexOf(id) ?? -1;
    if (ids === null || at < 0) return;
    if (ids.length === 1) session.callIds = null;
    else ids.splice(at, 1);
  }
}
