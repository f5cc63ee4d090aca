import type { PendingAppend } from './pending-append.js';

export interface LaneOptions {
  readonly maxBatch: number;
  readonly maxBatchBytes: number;
  readonly maxBatchMentions: number;
}

export interface LaneDeps {
  /** Runs one batch. Never rejects; calls `putBack` of its lane for entries that must come again. */
  readonly process: (batch: readonly PendingAppend[], lane: Lane) => Promise<void>;
  /** Told of an entry that leaves the queue because nobody waits for it any more. */
  readonly onAbandoned: (item: PendingAppend) => void;
  readonly onTaken: (items: readonly PendingAppend[]) => void;
  /** Runs a function later in the same turn of the event loop, after all that is ready now. */
  readonly defer: (fn: () => void) => void;
}

/**
 * One batch in flight; what arrives meanwhile is the next one. An idle lane starts as soon as the turn in which an entry
 * arrived has ended, so the entries of one link frame share a batch and none waits for company.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #options: LaneOptions;
  #queue: PendingAppend[] = [];
  #running = false;
  #idle: (() => void)[] = [];

  constructor(deps: LaneDeps, options: LaneOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  push(item: PendingAppend): void {
    this.#queue.push(item);
    if (this.#running) return;
    this.#running = true;
    this.#deps.defer(() => void this.#loop());
  }

  /** Entries that come before everything that waits. Only while this lane's batch is being processed. */
  putBack(items: readonly PendingAppend[]): void {
    if (items.length > 0) this.#queue = [...items, ...this.#queue];
  }

  /** Removes what waits here of one conversation, in order. */
  takeConversation(key: string): PendingAppend[] {
    const taken = this.#queue.filter((item) => item.key === key);
    if (taken.length > 0) this.#queue = this.#queue.filter((item) => item.key !== key);
    return taken;
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #loop(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#form();
      if (batch.length > 0) await this.#deps.process(batch, this);
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #form(): PendingAppend[] {
    const { maxBatch, maxBatchBytes, maxBatchMentions } = this.#options;
    const batch: PendingAppend[] = [];
    let bytes = 0;
    let mentions = 0;
    let taken = 0;
    for (const item of this.#queue) {
      if (item.abandoned) {
        this.#deps.onAbandoned(item);
      } else {
        bytes += item.bytes;
        mentions += item.mentions;
        const over = bytes > maxBatchBytes || mentions > maxBatchMentions;
        if ((over || batch.length >= maxBatch) && batch.length > 0) break;
        batch.push(item);
      }
      taken += 1;
    }
    this.#deps.onTaken(this.#queue.slice(0, taken));
    this.#queue = this.#queue.slice(taken);
    return batch;
  }
}
