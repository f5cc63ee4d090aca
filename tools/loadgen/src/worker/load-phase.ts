import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_SOCKET_CALLS } from './load-socket.js';
import { float64List } from './number-list.js';
import type { PhasePlan, PhaseResult } from './worker-protocol.js';

/** How long missing pushes are waited for after the last answer. */
const OUTSTANDING_MS = 10_000;
const POLL_MS = 5;
const TICK_MS = 1;

export interface PhaseDeps {
  readonly conversations: number;
  /** Calls in flight on the socket that writes to a conversation. */
  readonly busy: (conversation: number) => number;
  /** Sends one message; `onAnswer` runs once, with the pushes that it should cause, or the code of the error. */
  readonly send: (
    conversation: number,
    onAnswer: (outcome: { ackMs: number; pushes: number } | string) => void,
  ) => void;
}

/** One stretch of load: which conversation is written to when. Conversations take turns. */
export class LoadPhase {
  readonly #deps: PhaseDeps;
  readonly #plan: PhasePlan;
  readonly #ackMs = float64List();
  readonly #deliveryMs = float64List();
  readonly #errors: Record<string, number> = {};
  readonly #startedMs = Date.now();
  readonly #started = performance.now();
  #turn = 0;
  #sent = 0;
  #answered = 0;
  #expectedPushes = 0;
  #lastAckMs = Date.now();
  #latestMs = 0;
  #answeredAll: () => void = () => undefined;

  constructor(deps: PhaseDeps, plan: PhasePlan) {
    this.#deps = deps;
    this.#plan = plan;
  }

  /** Resolves when every call was answered and every push has come, or has not come for ten seconds. */
  async run(): Promise<PhaseResult> {
    const answered = new Promise<void>((resolve) => (this.#answeredAll = resolve));
    const stop = this.#plan.rate === undefined ? this.#closedLoop() : this.#fixedRate();
    await answered;
    stop();
    const deadline = performance.now() + OUTSTANDING_MS;
    while (this.#outstanding > 0 && performance.now() < deadline) await sleep(POLL_MS);
    return {
      startedMs: this.#startedMs,
      lastAckMs: this.#lastAckMs,
      acknowledged: this.#ackMs.length,
      errors: this.#errors,
      ackMs: this.#ackMs.toArray(),
      deliveryMs: this.#deliveryMs.toArray(),
      latestMs: this.#latestMs,
      outstanding: this.#outstanding,
    };
  }

  delivered(ms: number): void {
    this.#deliveryMs.push(ms);
  }

  get #outstanding(): number {
    return Math.max(0, this.#expectedPushes - this.#deliveryMs.length);
  }

  #closedLoop(): () => void {
    const { inFlight = 1 } = this.#plan;
    for (let each = 0; each < inFlight; each += 1) this.#sendNext();
    // A plan of nothing has nobody to answer it.
    this.#checkEnd();
    return () => undefined;
  }

  #fixedRate(): () => void {
    const { rate = 1 } = this.#plan;
    const timer = setInterval(() => {
      const dueBy = ((performance.now() - this.#started) * rate) / 1_000;
      while (this.#sent < dueBy) {
        const lateMs = ((dueBy - this.#sent) * 1_000) / rate;
        if (!this.#sendNext()) break;
        this.#latestMs = Math.max(this.#latestMs, lateMs);
      }
      this.#checkEnd();
    }, TICK_MS);
    return () => clearInterval(timer);
  }

  /** False: the phase has sent all of its messages, or no socket may have another call in flight. */
  #sendNext(): boolean {
    if (this.#sentAll) return false;
    const conversation = this.#nextFree();
    if (conversation === undefined) return false;
    this.#sent += 1;
    this.#deps.send(conversation, (outcome) => {
      this.#answered += 1;
      if (typeof outcome === 'string') {
        this.#errors[outcome] = (this.#errors[outcome] ?? 0) + 1;
      } else {
        this.#ackMs.push(outcome.ackMs);
        this.#expectedPushes += outcome.pushes;
        this.#lastAckMs = Date.now();
      }
      if (this.#plan.rate === undefined) this.#sendNext();
      this.#checkEnd();
    });
    return true;
  }

  #nextFree(): number | undefined {
    const { conversations, busy } = this.#deps;
    for (let tried = 0; tried < conversations; tried += 1) {
      const conversation = this.#turn;
      this.#turn = (this.#turn + 1) % conversations;
      if (busy(conversation) < MAX_SOCKET_CALLS) return conversation;
    }
    return undefined;
  }

  get #sentAll(): boolean {
    const { messages = Infinity, seconds = Infinity } = this.#plan;
    return this.#sent >= messages || performance.now() - this.#started >= seconds * 1_000;
  }

  #checkEnd(): void {
    if (this.#answered === this.#sent && this.#sentAll) this.#answeredAll();
  }
}
