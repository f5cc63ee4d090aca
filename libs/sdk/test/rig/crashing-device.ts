import type { Item } from '@queqiao/protocol/client';
import type {
  QueqiaoClient,
  ReplicaChange,
  ReplicaSnapshot,
  ReplicaStore,
} from '../../src/index.js';
import type { FakeSession } from '../fakes/fake-server.js';
import type { Weather } from '../replica/steps.js';

/** One client's use of a store. When the client is gone, nothing more is saved. */
class Tenure implements ReplicaStore {
  over = false;

  constructor(private readonly store: ReplicaStore) {}

  load(): Promise<ReplicaSnapshot | undefined> {
    return this.store.load();
  }

  save(change: ReplicaChange): Promise<void> {
    return this.over ? Promise.resolve() : this.store.save(change);
  }
}

/** One device with a store of its own, over any number of crashes and restarts of its client. */
export class CrashingDevice {
  client: QueqiaoClient;
  started = true;
  weather: Weather = 'clear';
  late: { readonly push: Item; readonly session: FakeSession }[] = [];
  /** Seqs by conversation, since the last restart. */
  readonly surfaced = new Map<string, number[]>();
  #tenure: Tenure | undefined;

  constructor(
    readonly user: 'alice' | 'bob',
    readonly id: string,
    readonly chats: readonly string[],
    private readonly store: ReplicaStore,
    private readonly create: (store: ReplicaStore) => QueqiaoClient,
  ) {
    this.client = this.#begin();
  }

  /** What was not saved by now never is. */
  restart(): void {
    this.client.stop();
    this.client = this.#begin();
  }

  /** Goes away, or comes back. */
  leave(): void {
    if (this.started) this.client.stop();
    else this.client.start();
    this.started = !this.started;
  }

  #begin(): QueqiaoClient {
    this.surfaced.clear();
    this.started = true;
    if (this.#tenure !== undefined) this.#tenure.over = true;
    this.#tenure = new Tenure(this.store);
    const client = this.create(this.#tenure);
    client.on('entry', ({ entry: { conversationId: id, seq } }) => {
      if (this.client !== client) return;
      this.surfaced.set(id, [...(this.surfaced.get(id) ?? []), seq]);
    });
    client.start();
    return client;
  }
}
