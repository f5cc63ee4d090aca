import { setTimeout as sleep } from 'node:timers/promises';
import type { Choices, Crowd } from '@queqiao/e2e';

export interface LoadOptions {
  /** Messages begun per second, as long as not too many wait for their answer. */
  readonly perSecond: number;
  /** Messages that wait for their answer; no more are begun. */
  readonly inFlight: number;
}

const TICK_MS = 10;
/** One read cursor is moved for this many messages. */
const MARK_EVERY = 8;

/** Traffic of a crowd at a steady rate. Every message and mark is repeated until its outcome is known. */
export class Load {
  /** Told when a message that was begun at this time (milliseconds) is acknowledged. */
  onAcknowledged: (begunMs: number) => void = () => undefined;
  readonly #running = new Set<Promise<void>>();
  #going = false;
  #loop: Promise<void> = Promise.resolve();
  #begun = 0;

  constructor(
    private readonly crowd: Crowd,
    private readonly choices: Choices,
    private readonly options: LoadOptions,
  ) {}

  start(): void {
    this.#going = true;
    this.#loop = this.#run();
  }

  /** Begins nothing more and waits until everything under way has its outcome. */
  async pause(): Promise<void> {
    this.#going = false;
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    let last = Date.now();
    let due = 0;
    while (this.#going) {
      await sleep(TICK_MS);
      const now = Date.now();
      // What could not be begun in time is not made up for.
      due = Math.min(
        due + ((now - last) * this.options.perSecond) / 1_000,
        this.options.perSecond / 10 + 1,
      );
      last = now;
      for (; due >= 1 && this.#running.size < this.options.inFlight; due -= 1) this.#begin();
    }
  }

  #begin(): void {
    this.#begun += 1;
    const begunMs = Date.now();
    const marks = this.#begun % MARK_EVERY === 0 && this.choices.next() < 0.9;
    const said = this.crowd.say().then(() => this.onAcknowledged(begunMs));
    for (const work of marks ? [said, this.crowd.mark()] : [said]) {
      // The history has what became of it.
      const done = work.catch(() => undefined).finally(() => this.#running.delete(done));
      this.#running.add(done);
    }
  }
}
