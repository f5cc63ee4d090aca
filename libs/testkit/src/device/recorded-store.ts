import { setTimeout as sleep } from 'node:timers/promises';
import type {
  MemoryReplicaStore,
  ReplicaChange,
  ReplicaSnapshot,
  ReplicaStore,
} from '@queqiao/sdk';

/** About as slow as a browser's database, so that a device can be killed before something was saved. */
const SAVE_MS = 5;

export interface StoreEvents {
  /** Everything up to `high` is said to have surfaced. */
  saved(conversationId: string, high: number): void;
  /** This cursor will be the next sync's. */
  cursor(cursor: Uint8Array): void;
}

/** One run's access to a device's store: what is saved is told, and once the run was killed nothing more is. */
export class RecordedStore implements ReplicaStore {
  #alive = true;

  constructor(
    private readonly store: MemoryReplicaStore,
    private readonly events: StoreEvents,
  ) {}

  load(): Promise<ReplicaSnapshot | undefined> {
    return this.store.load();
  }

  async save(change: ReplicaChange): Promise<void> {
    await sleep(SAVE_MS);
    // Nobody is left who could wait for it.
    if (!this.#alive) return new Promise(() => undefined);
    await this.store.save(change);
    for (const [id, { high }] of change.conversations) this.events.saved(id, high);
    if (change.cursor !== undefined) this.events.cursor(change.cursor);
  }

  kill(): void {
    this.#alive = false;
  }
}
