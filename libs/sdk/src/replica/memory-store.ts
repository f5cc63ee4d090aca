import type { Entry } from '@queqiao/protocol/client';
import type {
  ConversationRecord,
  ReplicaChange,
  ReplicaSnapshot,
  ReplicaStore,
  StoredOperations,
  StoredSend,
} from './replica-store.js';

export interface StoreOptions {
  /** Entries of one conversation that are kept; the oldest are dropped, and pulled again on demand. */
  readonly maxEntriesPerConversation: number;
}

export const DEFAULT_STORE_OPTIONS: StoreOptions = { maxEntriesPerConversation: 2000 };

/** Survives the client, not the process. Also the reference of what a store must do. */
export class MemoryReplicaStore implements ReplicaStore {
  readonly #options: StoreOptions;
  #userId = '';
  #logEpoch = 0;
  #cursor: Uint8Array = new Uint8Array();
  #known = false;
  readonly #conversations = new Map<string, ConversationRecord>();
  readonly #entries = new Map<string, Map<number, Entry>>();
  /** Entries up to here were dropped for want of room. */
  readonly #floors = new Map<string, number>();
  readonly #sends = new Map<string, StoredSend>();
  readonly #operations = new Map<string, StoredOperations['operations']>();

  constructor(options: Partial<StoreOptions> = {}) {
    this.#options = { ...DEFAULT_STORE_OPTIONS, ...options };
  }

  load(): Promise<ReplicaSnapshot | undefined> {
    if (!this.#known) return Promise.resolve(undefined);
    return Promise.resolve({
      userId: this.#userId,
      logEpoch: this.#logEpoch,
      cursor: this.#cursor,
      conversations: [...this.#conversations.values()].map((record) => {
        const floor = this.#floors.get(record.conversationId) ?? 0;
        return { ...record, base: Math.max(record.base, floor) };
      }),
      entries: [...this.#entries.values()].flatMap((known) => [...known.values()]),
      sends: [...this.#sends.values()],
      operations: [...this.#operations].map(([conversationId, operations]) => ({
        conversationId,
        operations,
      })),
    });
  }

  save(change: ReplicaChange): Promise<void> {
    this.#known = true;
    if (change.reset !== undefined) this.#reset(change.reset);
    if (change.cursor !== undefined) this.#cursor = change.cursor;
    for (const entry of change.entries) this.#entriesOf(entry.conversationId).set(entry.seq, entry);
    for (const { conversationId, seq } of change.dropEntries) {
      this.#entriesOf(conversationId).delete(seq);
    }
    for (const [id, record] of change.conversations) this.#put(id, record);
    for (const send of change.putSends) this.#sends.set(keyOf(send), send);
    for (const send of change.dropSends) this.#sends.delete(keyOf(send));
    for (const [id, operations] of change.operations) {
      if (operations.length === 0) this.#operations.delete(id);
      else this.#operations.set(id, operations);
    }
    return Promise.resolve();
  }

  #reset(reset: NonNullable<ReplicaChange['reset']>): void {
    this.#userId = reset.userId;
    this.#logEpoch = reset.logEpoch;
    this.#cursor = new Uint8Array();
    this.#conversations.clear();
    this.#entries.clear();
    this.#floors.clear();
    if (reset.keepSends) return;
    this.#sends.clear();
    this.#operations.clear();
  }

  #put(id: string, record: ConversationRecord): void {
    this.#conversations.set(id, record);
    const entries = this.#entriesOf(id);
    for (const seq of entries.keys()) if (seq <= record.base) entries.delete(seq);
    const excess = entries.size - this.#options.maxEntriesPerConversation;
    if (excess <= 0) return;
    const oldest = [...entries.keys()].sort((a, b) => a - b).slice(0, excess);
    for (const seq of oldest) entries.delete(seq);
    this.#floors.set(id, Math.max(this.#floors.get(id) ?? 0, oldest.at(-1) ?? 0));
  }

  #entriesOf(id: string): Map<number, Entry> {
    const known = this.#entries.get(id) ?? new Map<number, Entry>();
    this.#entries.set(id, known);
    return known;
  }
}

function keyOf(send: { conversationId: string; clientMsgId: string }): string {
  return `${send.conversationId} ${send.clientMsgId}`;
}
