import type { Logger } from '../logger.js';
import type { ReplicaChange, ReplicaSnapshot, ReplicaStore } from './replica-store.js';

/** Writes changes behind the replica, one save at a time; what changes meanwhile is one change of the next save. */
export class Persistence {
  #pending: ReplicaChange | undefined;
  #running = false;
  #broken = false;
  /** Nothing is saved before the store was read. */
  #loaded: boolean;
  #onSaved: (change: ReplicaChange) => void = () => undefined;

  constructor(
    private readonly store: ReplicaStore | undefined,
    private readonly logger: Logger,
  ) {
    this.#loaded = store === undefined;
  }

  /** True after a failure: nothing is saved until the next load. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Hears of every change once it is stored; without a store, or after it failed, memory counts. */
  onSaved(listener: (change: ReplicaChange) => void): void {
    this.#onSaved = listener;
  }

  /** Undefined when nothing can be read: the replica is then pulled again. Saving begins anew, also after a failure. */
  async load(): Promise<ReplicaSnapshot | undefined> {
    this.#broken = false;
    try {
      return await this.store?.load();
    } catch (error) {
      this.#break(error);
      return undefined;
    } finally {
      this.#loaded = true;
      this.#flushSoon();
    }
  }

  /** Lets `edit` add to the next save. */
  change(edit: (change: ReplicaChange) => void): void {
    this.#pending ??= emptyChange();
    edit(this.#pending);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#loaded && !this.#running) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#running = true;
    // What the current turn still changes belongs to the same save.
    await Promise.resolve();
    while (this.#pending !== undefined) {
      const change = this.#pending;
      this.#pending = undefined;
      try {
        if (!this.#broken) await this.store?.save(change);
      } catch (error) {
        this.#break(error);
      }
      this.#onSaved(change);
    }
    this.#running = false;
  }

  #break(error: unknown): void {
    this.#broken = true;
    this.logger.warn('the replica store failed; going on in memory', { error: String(error) });
  }
}

function emptyChange(): ReplicaChange {
  return {
    conversations: new Map(),
    entries: [],
    dropEntries: [],
    putSends: [],
    dropSends: [],
    operations: new Map(),
  };
}

/** Forgets what an earlier part of the same change said: a reset is applied first. */
export function startOver(change: ReplicaChange, reset: NonNullable<ReplicaChange['reset']>): void {
  change.reset = reset;
  delete change.cursor;
  change.conversations.clear();
  change.entries.length = 0;
  change.dropEntries.length = 0;
  if (reset.keepSends) return;
  change.putSends.length = 0;
  change.operations.clear();
}
