import { DomainError } from '@queqiao/domain';
import type { CallMetrics, CallOutcome } from '@queqiao/link';
import { encodeMessage } from '@queqiao/protocol';
import { Error as ErrorMessage, toProtoError } from '@queqiao/protocol/common';
import { DownItem, type UpCall } from '@queqiao/protocol/link';
import type { Clock, Logger, Timer } from '@queqiao/runtime';
import type { CallExecutor, CallResult, ConnectNodeRef } from './ports.js';

export interface CallDispatchLimits {
  /** Calls of one connect node that run at once; the next one is answered UNAVAILABLE at once. */
  readonly maxCallsPerNode: number;
  /** Longest time that a call may ask for. */
  readonly maxCallMs: number;
  /** How exactly timeouts are kept. */
  readonly sweepMs: number;
}

export const DEFAULT_CALL_DISPATCH_LIMITS: CallDispatchLimits = {
  maxCallsPerNode: 8_192,
  maxCallMs: 60_000,
  sweepMs: 250,
};

/** Where calls come from and their replies go: one connect boot. */
export interface CallOrigin {
  readonly ref: ConnectNodeRef;
  /** Calls that run now; owned by CallDispatch. */
  callsInFlight: number;
  /** Queues an encoded DownItem; whether it fits is the origin's business. */
  reply(item: Uint8Array): void;
}

interface RunningCall {
  readonly call: UpCall;
  readonly origin: CallOrigin;
  readonly signal: { aborted: boolean };
  readonly startedAt: number;
  readonly deadlineAt: number;
  finished: boolean;
}

/** Runs the calls of all connect nodes with a bounded number in flight; one sweep aborts those past their timeout. */
export class CallDispatch {
  readonly #deps;
  readonly #limits: CallDispatchLimits;
  readonly #running = new Set<RunningCall>();
  readonly #sweeper: Timer;
  #lastCallAt = Number.NEGATIVE_INFINITY;

  constructor(
    deps: { executor: CallExecutor; clock: Clock; metrics: CallMetrics; logger: Logger },
    limits: Partial<CallDispatchLimits> = {},
  ) {
    this.#deps = deps;
    this.#limits = { ...DEFAULT_CALL_DISPATCH_LIMITS, ...limits };
    this.#sweeper = deps.clock.every(this.#limits.sweepMs, () => this.#sweep(), { unref: true });
  }

  get inFlight(): number {
    return this.#running.size;
  }

  /** Monotonic time of the last call that arrived. */
  get lastCallAt(): number {
    return this.#lastCallAt;
  }

  start(call: UpCall, origin: CallOrigin): void {
    const startedAt = this.#deps.clock.monotonic();
    this.#lastCallAt = startedAt;
    if (origin.callsInFlight >= this.#limits.maxCallsPerNode) {
      this.#deps.metrics.observe('refused', 0);
      const reason = new DomainError('UNAVAILABLE', 'too many calls in flight');
      origin.reply(encodeReply(call.callId, refusal(reason, call.requestId)));
      return;
    }
    const timeoutMs = Math.min(call.timeoutMs, this.#limits.maxCallMs);
    const running: RunningCall = {
      call,
      origin,
      signal: { aborted: false },
      startedAt,
      deadlineAt: startedAt + timeoutMs,
      finished: false,
    };
    this.#running.add(running);
    origin.callsInFlight += 1;
    this.#deps.metrics.inFlight.inc();
    this.#deps.executor.execute(call, origin.ref, running.signal).then(
      (result) => this.#finish(running, result),
      (error: unknown) => this.#broken(running, error),
    );
  }

  /** Aborts the calls of one origin, or of all: nobody reads their results. */
  abort(origin?: CallOrigin): void {
    for (const running of this.#running) {
      if (origin === undefined || running.origin === origin) this.#giveUp(running);
    }
  }

  stop(): void {
    this.#sweeper.cancel();
    this.abort();
  }

  #finish(running: RunningCall, result: CallResult): void {
    if (running.finished) return;
    this.#settle(running, 'body' in result ? 'body' : 'error');
    running.origin.reply(encodeReply(running.call.callId, result));
  }

  #broken(running: RunningCall, error: unknown): void {
    const { method, requestId } = running.call;
    this.#deps.logger.error({ err: error, method, requestId }, 'call executor rejected');
    this.#finish(running, refusal(error, requestId));
  }

  #settle(running: RunningCall, outcome: CallOutcome): void {
    running.finished = true;
    this.#running.delete(running);
    running.origin.callsInFlight -= 1;
    this.#deps.metrics.inFlight.dec();
    this.#deps.metrics.observe(outcome, this.#deps.clock.monotonic() - running.startedAt);
  }

  #giveUp(running: RunningCall): void {
    this.#settle(running, 'late');
    running.signal.aborted = true;
  }

  #sweep(): void {
    const now = this.#deps.clock.monotonic();
    for (const running of this.#running) {
      if (running.deadlineAt <= now) this.#giveUp(running);
    }
  }
}

function encodeReply(callId: number, result: CallResult): Uint8Array {
  return encodeMessage(DownItem, {
    item: {
      $case: 'reply',
      value: {
        callId,
        result:
          'body' in result
            ? { $case: 'body', value: result.body }
            : { $case: 'error', value: result.error },
      },
    },
  });
}

function refusal(error: unknown, requestId: string): CallResult {
  return { error: ErrorMessage.encode(toProtoError(error, requestId)).finish() };
}
