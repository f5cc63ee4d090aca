import type { Logger } from '../logger.js';
import type { ReplicaChange, ReplicaSnapshot, ReplicaStore } from './replica-store.js';

/** Writes changes behind the replica, one save at a time; what changes meanwhile is one change of the next save. */
export class Persistence {
  #pending: ReplicaChange | undefined;
  #running = false;
  #broken = false;

  constructor(
    private readonly store: ReplicaStore | undefined,
    private readonly logger: Logger,
  ) {}

  /** Undefined when nothing can be read: the replica is then pulled again. */
  async load(): Promise<ReplicaSnapshot | undefined> {
    try {
      return await this.store?.load();
    } catch (error) {
      this.#break(error);
      return undefined;
    }
  }

  /** Lets `edit` add to the next save. */
  change(edit: (change: ReplicaChange) => void): void {
    if (this.store === undefined || this.#broken) return;
    this.#pending ??= emptyChange();
    edit(this.#pending);
    if (!this.#running) void this.#flush(this.store);
  }

  async #flush(store: ReplicaStore): Promise<void> {
    this.#running = true;
    // What the current turn still changes belongs to the same save.
    await Promise.resolve();
    while (this.#pending !== undefined && !this.#broken) {
      const change = this.#pending;
      this.#pending = undefined;
      try {
        await store.save(change);
      } catch (error) {
        this.#break(error);
      }
    }
    this.#running = false;
  }

  #break(error: unknown): void {
    this.#broken = true;
    this.#pending = undefined;
    this.logger.warn('the replica store failed; going on in memory', { error: String(error) });
  }
}

function emptyChange(): ReplicaChange {
  return { conversations: new Map(), entries: [], putSends: [], dropSends: [] };
}

/** Forgets what an earlier part of the same change said: a reset is applied first. */
export function startOver(change: ReplicaChange, reset: NonNullable<ReplicaChange['reset']>): void {
  change.reset = reset;
  delete change.cursor;
  change.conversations.clear();
  change.entries.length = 0;
  if (!reset.keepSends) change.putSends.length = 0;
}
