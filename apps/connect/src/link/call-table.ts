import { DomainError } from '@queqiao/domain';
import type { CallMetrics, CallOutcome } from '@queqiao/link';
import type { CallReply } from '@queqiao/protocol/link';
import type { Clock } from '@queqiao/runtime';
import type { LogicReply } from './ports.js';

interface PendingCall {
  /** The link that the call left on; compared by identity only. */
  readonly owner: object;
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly resolve: (reply: LogicReply) => void;
  readonly reject: (error: DomainError) => void;
}

/** Calls without an outcome yet, by call id. Whoever owns the table bounds its size and sweeps it. */
export class CallTable {
  readonly #clock: Clock;
  readonly #metrics: CallMetrics;
  readonly #calls = new Map<number, PendingCall>();

  constructor(deps: { clock: Clock; metrics: CallMetrics }) {
    this.#clock = deps.clock;
    this.#metrics = deps.metrics;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Rejects with DomainError DEADLINE_EXCEEDED at the first sweep after `timeoutMs`, or as `failAll` says. */
  add(callId: number, owner: object, timeoutMs: number): Promise<LogicReply> {
    const startedAt = this.#clock.monotonic();
    this.#metrics.inFlight.inc();
    return new Promise((resolve, reject) => {
      const deadlineAt = startedAt + timeoutMs;
      this.#calls.set(callId, { owner, startedAt, deadlineAt, resolve, reject });
    });
  }

  /** A reply that nobody waits for any more is dropped. */
  settle(reply: CallReply): void {
    const pending = this.#calls.get(reply.callId);
    if (pending === undefined) {
      this.#metrics.observe('late', 0);
      return;
    }
    const { result } = reply;
    if (result === undefined) {
      const error = new DomainError('INTERNAL', 'reply without a result');
      this.#fail(reply.callId, pending, 'error', error);
      return;
    }
    this.#remove(reply.callId, pending, result.$case);
    pending.resolve(result.$case === 'body' ? { body: result.value } : { error: result.value });
  }

  /** The owner's calls may or may not have been carried out; they reject with UNAVAILABLE. Returns how many. */
  failAll(owner: object, reason: string): number {
    let failed = 0;
    for (const [callId, pending] of this.#calls) {
      if (pending.owner !== owner) continue;
      failed += 1;
      this.#fail(callId, pending, 'unavailable', new DomainError('UNAVAILABLE', reason));
    }
    return failed;
  }

  sweep(): void {
    const now = this.#clock.monotonic();
    for (const [callId, pending] of this.#calls) {
      if (pending.deadlineAt > now) continue;
      const error = new DomainError('DEADLINE_EXCEEDED', 'no answer in time');
      this.#fail(callId, pending, 'timeout', error);
    }
  }

  #fail(callId: number, pending: PendingCall, outcome: CallOutcome, error: DomainError): void {
    this.#remove(callId, pending, outcome);
    pending.reject(error);
  }

  #remove(callId: number, pending: PendingCall, outcome: CallOutcome): void {
    this.#calls.delete(callId);
    this.#metrics.inFlight.dec();
    this.#metrics.observe(outcome, this.#clock.monotonic() - pending.startedAt);
  }
}
