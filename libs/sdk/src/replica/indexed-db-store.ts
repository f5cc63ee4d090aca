import type { Entry } from '@queqiao/protocol/client';
import { randomId } from '../actions/random-id.js';
import { committed, deleteDatabase, openDatabase, requested } from './indexed-db.js';
import { DEFAULT_STORE_OPTIONS, type StoreOptions } from './memory-store.js';
import type {
  ConversationRecord,
  ReplicaChange,
  ReplicaSnapshot,
  ReplicaStore,
  StoredOperations,
  StoredSend,
} from './replica-store.js';

const VERSION = 1;
const STORES = ['meta', 'conversations', 'entries', 'sends', 'operations'] as const;
type StoreName = (typeof STORES)[number];

interface Head {
  readonly userId: string;
  readonly logEpoch: number;
  readonly cursor: Uint8Array;
}

interface ConversationRow {
  readonly record: ConversationRecord;
  /** Entries up to here were dropped for want of room. */
  readonly floor: number;
}

interface SendRow {
  readonly order: number;
  readonly send: StoredSend;
}

export interface IndexedDbOptions extends StoreOptions {
  /** Left out: the browser's. */
  readonly factory: IDBFactory;
}

/**
 * A replica in the browser's database, one database per device. Every save is one transaction. Of several windows on one
 * database the last one that loaded owns it: a save of any other rejects and changes nothing, so that it goes on in memory
 * until its next `start()` loads again. That is the rule of sessions too, where the window opened last replaces the others.
 */
export class IndexedDbReplicaStore implements ReplicaStore {
  readonly #name: string;
  readonly #factory: IDBFactory;
  readonly #maxEntries: number;
  readonly #owner = randomId();
  #database: Promise<IDBDatabase> | undefined;
  #order = 0;

  /** @param name unique per device, such as `queqiao.<device id>`. Nothing is opened before the first load. */
  constructor(name: string, options: Partial<IndexedDbOptions> = {}) {
    this.#name = name;
    this.#factory = options.factory ?? indexedDB;
    this.#maxEntries =
      options.maxEntriesPerConversation ?? DEFAULT_STORE_OPTIONS.maxEntriesPerConversation;
  }

  /** Reads everything and makes this the owner. */
  async load(): Promise<ReplicaSnapshot | undefined> {
    const stores = await this.#begin();
    stores.meta.put(this.#owner, 'owner');
    const [head, conversations, entries, sends, operations] = await Promise.all([
      requested<Head | undefined>(stores.meta.get('head')),
      requested<ConversationRow[]>(stores.conversations.getAll()),
      requested<Entry[]>(stores.entries.getAll()),
      requested<SendRow[]>(stores.sends.getAll()),
      requested<StoredOperations[]>(stores.operations.getAll()),
    ]);
    await committed(stores.meta.transaction);
    sends.sort((a, b) => a.order - b.order);
    this.#order = sends.at(-1)?.order ?? 0;
    if (head === undefined) return undefined;
    return {
      ...head,
      conversations: conversations.map(({ record, floor }) => ({
        ...record,
        base: Math.max(record.base, floor),
      })),
      entries,
      sends: sends.map(({ send }) => send),
      operations,
    };
  }

  async save(change: ReplicaChange): Promise<void> {
    // What a person wrote must survive a crash of the machine; the rest can be pulled again.
    const stores = await this.#begin(change.putSends.length > 0 ? 'strict' : 'relaxed');
    const { transaction } = stores.meta;
    const done = committed(transaction);
    try {
      if ((await requested(stores.meta.get('owner'))) !== this.#owner) {
        throw new Error('another window has taken the replica over');
      }
      await this.#write(stores, change);
    } catch (error) {
      done.catch(() => undefined);
      abort(transaction);
      throw error;
    }
    await done;
  }

  /** Lets other windows delete or upgrade the database. The store may be loaded again. */
  async close(): Promise<void> {
    const opened = this.#database;
    this.#database = undefined;
    (await opened)?.close();
  }

  /** Closes and deletes everything, as when the user signs out. */
  async destroy(): Promise<void> {
    await this.close().catch(() => undefined);
    await deleteDatabase(this.#factory, this.#name);
  }

  async #begin(
    durability: 'strict' | 'relaxed' = 'relaxed',
  ): Promise<Record<StoreName, IDBObjectStore>> {
    const database = await this.#open();
    const transaction = database.transaction(STORES, 'readwrite', { durability });
    const store = (name: StoreName): IDBObjectStore => transaction.objectStore(name);
    return {
      meta: store('meta'),
      conversations: store('conversations'),
      entries: store('entries'),
      sends: store('sends'),
      operations: store('operations'),
    };
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= openDatabase(this.#factory, this.#name, VERSION, createStores).then(
      (database) => {
        const forget = (): void => {
          database.close();
          this.#database = undefined;
        };
        database.onversionchange = forget;
        database.onclose = forget;
        return database;
      },
    );
    // A failure is not kept: the next start tries again.
    this.#database.catch(() => (this.#database = undefined));
    return this.#database;
  }

  async #write(stores: Record<StoreName, IDBObjectStore>, change: ReplicaChange): Promise<void> {
    await this.#writeHead(stores, change);
    for (const entry of change.entries) {
      stores.entries.put(entry, [entry.conversationId, entry.seq]);
    }
    for (const { conversationId, seq } of change.dropEntries) {
      stores.entries.delete([conversationId, seq]);
    }
    const grown = new Set(change.entries.map(({ conversationId }) => conversationId));
    for (const [id, record] of change.conversations) {
      await this.#writeConversation(stores, id, record, grown.has(id));
    }
    await this.#writeSends(stores.sends, change);
    for (const [conversationId, operations] of change.operations) {
      if (operations.length === 0) stores.operations.delete(conversationId);
      else stores.operations.put({ conversationId, operations }, conversationId);
    }
  }

  async #writeHead(
    stores: Record<StoreName, IDBObjectStore>,
    change: ReplicaChange,
  ): Promise<void> {
    const { reset, cursor } = change;
    if (reset !== undefined) {
      stores.conversations.clear();
      stores.entries.clear();
      if (!reset.keepSends) {
        stores.sends.clear();
        stores.operations.clear();
      }
      const { userId, logEpoch } = reset;
      stores.meta.put({ userId, logEpoch, cursor: cursor ?? new Uint8Array() }, 'head');
      return;
    }
    const head = await requested<Head | undefined>(stores.meta.get('head'));
    const known = head ?? { userId: '', logEpoch: 0, cursor: new Uint8Array() };
    if (head === undefined || cursor !== undefined) {
      stores.meta.put({ ...known, cursor: cursor ?? known.cursor }, 'head');
    }
  }

  async #writeConversation(
    { conversations, entries }: Record<StoreName, IDBObjectStore>,
    id: string,
    record: ConversationRecord,
    grown: boolean,
  ): Promise<void> {
    const row = await requested<ConversationRow | undefined>(conversations.get(id));
    let floor = row?.floor ?? 0;
    if (record.base > (row?.record.base ?? 0)) entries.delete(rangeOf(id, 0, record.base));
    if (grown) {
      const excess = (await requested(entries.count(rangeOf(id)))) - this.#maxEntries;
      if (excess > 0) {
        const oldest = await requested(entries.getAllKeys(rangeOf(id), excess));
        floor = Math.max(floor, seqOf(oldest.at(-1)));
        entries.delete(rangeOf(id, 0, floor));
      }
    }
    conversations.put({ record, floor } satisfies ConversationRow, id);
  }

  async #writeSends(sends: IDBObjectStore, change: ReplicaChange): Promise<void> {
    for (const send of change.putSends) {
      const key = [send.conversationId, send.clientMsgId];
      const row = await requested<SendRow | undefined>(sends.get(key));
      const order = row?.order ?? (this.#order += 1);
      sends.put({ order, send } satisfies SendRow, key);
    }
    for (const { conversationId, clientMsgId } of change.dropSends) {
      sends.delete([conversationId, clientMsgId]);
    }
  }
}

function createStores(database: IDBDatabase): void {
  for (const name of STORES) database.createObjectStore(name);
}

function rangeOf(
  conversationId: string,
  fromSeq = 0,
  toSeq = Number.MAX_SAFE_INTEGER,
): IDBKeyRange {
  return IDBKeyRange.bound([conversationId, fromSeq], [conversationId, toSeq]);
}

function seqOf(key: IDBValidKey | undefined): number {
  const seq: unknown = Array.isArray(key) ? key[1] : undefined;
  return typeof seq === 'number' ? seq : 0;
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It was over already.
  }
}
