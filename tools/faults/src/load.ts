import { setTimeout as sleep } from 'node:timers/promises';
import type { Choices, Crowd } from '@queqiao/e2e';
import { SendTimes } from './send-times.js';

export interface LoadOptions {
  /** Operations begun per second, as long as not too many wait for their answer. */
  readonly perSecond: number;
  /** Operations that wait for their answer; no more are begun. */
  readonly inFlight: number;
}

const TICK_MS = 10;
/** Of the operations: messages, read cursors, and members who come and go; the others change messages, lists and settings. */
const SEND_SHARE = 0.7;
const MARK_SHARE = 0.1;
const MOVE_SHARE = 0.02;

/** Traffic of a crowd at a steady rate. Every operation is repeated until its outcome is known. */
export class Load {
  readonly times = new SendTimes();
  readonly #running = new Set<Promise<void>>();
  #going = false;
  #loop: Promise<void> = Promise.resolve();

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
    // The history has what became of it.
    const done = this.#any()
      .catch(() => undefined)
      .finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  #any(): Promise<void> {
    const choice = this.choices.next();
    if (choice < SEND_SHARE) return this.#say();
    if (choice < SEND_SHARE + MARK_SHARE) return this.crowd.mark();
    return choice < SEND_SHARE + MARK_SHARE + MOVE_SHARE ? this.crowd.move() : this.crowd.change();
  }

  async #say(): Promise<void> {
    const time = this.times.begin();
    if (await this.crowd.say()) time.acknowledgedMs = Date.now();
    else this.times.drop(time);
  }
}
