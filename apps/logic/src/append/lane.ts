import { FairQueue } from './fair-queue.js';
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
 * One batch in flight; what arrives meanwhile is the next one, and apps take turns in it. An idle lane starts as soon as the turn in which an entry
 * arrived has ended, so the entries of one link frame share a batch and none waits for company.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #options: LaneOptions;
  readonly #queue = new FairQueue();
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
    if (items.length > 0) this.#queue.putBack(items);
  }

  /** Removes what waits here of one conversation, in order. */
  takeConversation(key: string): PendingAppend[] {
    return this.#queue.takeConversation(key);
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #loop(): Promise<void> {
    while (!this.#queue.isEmpty) {
      const batch = this.#form();
      if (batch.length > 0) await this.#deps.process(batch, this);
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #form(): PendingAppend[] {
    const { maxBatch, maxBatchBytes, maxBatchMentions } = this.#options;
    const entriesPerByte = maxBatch / maxBatchBytes;
    const entriesPerMention = maxBatch / maxBatchMentions;
    const batch: PendingAppend[] = [];
    let bytes = 0;
    let mentions = 0;
    const taken = this.#queue.takeWhile((item) => {
      if (item.abandoned) {
        this.#deps.onAbandoned(item);
        return 1;
      }
      const over =
        bytes + item.bytes > maxBatchBytes || mentions + item.mentions > maxBatchMentions;
      if ((over || batch.length >= maxBatch) && batch.length > 0) return undefined;
      bytes += item.bytes;
      mentions += item.mentions;
      batch.push(item);
      // The part of a batch that it takes, of whatever it takes most.
      return Math.max(1, item.bytes * entriesPerByte, item.mentions * entriesPerMention);
    });
    this.#deps.onTaken(taken);
    return batch;
  }
}
