import type { Item, Reply } from '@queqiao/protocol/client';
import type { Clock, Timer } from '../clock.js';
import { fromProto, QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';

export interface CallSpec {
  /** Full name, such as queqiao.client.v1.MessageService/Send. */
  readonly method: string;
  readonly body: Uint8Array;
  /** Calls with the same affinity prefer the same node; may be empty. */
  readonly affinity: string;
  readonly timeoutMs: number;
  /** True: fails at once when there is no session or when it ends, also while still in the queue. */
  readonly thisSessionOnly: boolean;
}

interface OpenCall {
  readonly spec: CallSpec;
  readonly timer: Timer;
  resolve(body: Uint8Array): void;
  reject(error: QueqiaoError): void;
  sent: boolean;
  settled: boolean;
}

const MAX_CALL_ID = 0xffff_ffff;

/** The calls of the client: at most so many in flight, the rest in order behind them. */
export class CallTable {
  readonly #inFlight = new Map<number, OpenCall>();
  readonly #queue = new Set<OpenCall>();
  #open = false;
  #lastId = 0;

  constructor(
    private readonly deps: { clock: Clock; limits: Limits; write: (item: Item) => boolean },
  ) {}

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Resolves with the reply's body; rejects with a QueqiaoError only. */
  call(spec: CallSpec): Promise<Uint8Array> {
    const refusal = this.#refusal(spec);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const timer = this.deps.clock.setTimer(spec.timeoutMs, () => this.#timeOut(call));
      const call: OpenCall = { spec, timer, resolve, reject, sent: false, settled: false };
      this.#queue.add(call);
      this.#pump();
    });
  }

  /** Calls can be sent from now on. */
  open(): void {
    this.#open = true;
    this.#pump();
  }

  /** The session ended: what was sent is of unknown effect, what was not waits for the next one if it may. */
  lost(): void {
    this.#open = false;
    for (const call of this.#inFlight.values()) this.#reject(call, connectionLost('unknown'));
    this.#inFlight.clear();
    for (const call of this.#queue) {
      if (call.spec.thisSessionOnly) this.#reject(call, connectionLost('none'));
    }
  }

  /** The client stops: nothing waits any longer. */
  stop(): void {
    this.lost();
    for (const call of this.#queue) this.#reject(call, connectionLost('none'));
  }

  reply(reply: Reply): void {
    const call = this.#inFlight.get(reply.id);
    if (call === undefined) return;
    this.#inFlight.delete(reply.id);
    if (reply.result?.$case === 'error') this.#reject(call, fromProto(reply.result.value));
    else if (!call.settled) {
      this.#settle(call);
      // A reply without a result is an empty message.
      call.resolve(reply.result?.value ?? new Uint8Array());
    }
    this.#pump();
  }

  #refusal(spec: CallSpec): QueqiaoError | undefined {
    const { maxQueuedCalls, maxCallBytes } = this.deps.limits;
    if (spec.body.length > maxCallBytes) {
      const message = `a request of ${spec.body.length} bytes is above ${maxCallBytes}`;
      return new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxCallBytes' });
    }
    if (spec.thisSessionOnly && !this.#open) return connectionLost('none');
    if (this.#queue.size >= maxQueuedCalls) {
      const message = `${maxQueuedCalls} calls are waiting`;
      const details = { field: 'maxQueuedCalls', effect: 'none' } as const;
      return new QueqiaoError('TOO_MANY_CALLS', message, details);
    }
    return undefined;
  }

  #pump(): void {
    for (const call of this.#queue) {
      if (!this.#open || this.#inFlight.size >= this.deps.limits.maxCallsInFlight) return;
      this.#queue.delete(call);
      const { method, body, affinity } = call.spec;
      const id = this.#nextId();
      call.sent = true;
      this.#inFlight.set(id, call);
      // A failed write ends the session, which settles the call through lost().
      const value = { id, method, body, affinity, requestId: '' };
      this.deps.write({ item: { $case: 'call', value } });
    }
  }

  #nextId(): number {
    do {
      this.#lastId = this.#lastId >= MAX_CALL_ID ? 1 : this.#lastId + 1;
    } while (this.#inFlight.has(this.#lastId));
    return this.#lastId;
  }

  /** A call that was sent keeps its place: the server counts it until it has replied. */
  #timeOut(call: OpenCall): void {
    const effect = call.sent ? 'unknown' : 'none';
    const message = `no reply to ${call.spec.method} within ${call.spec.timeoutMs} ms`;
    this.#reject(call, new QueqiaoError('DEADLINE_EXCEEDED', message, { effect }));
  }

  #reject(call: OpenCall, error: QueqiaoError): void {
    if (call.settled) return;
    this.#settle(call);
    call.reject(error);
  }

  #settle(call: OpenCall): void {
    call.settled = true;
    call.timer.cancel();
    this.#queue.delete(call);
  }
}

function connectionLost(effect: 'none' | 'unknown'): QueqiaoError {
  return new QueqiaoError('UNAVAILABLE', 'the connection is gone', { field: 'connection', effect });
}
