import type { Entry } from '@queqiao/protocol/client';
import type {
  ConversationRecord,
  ReplicaChange,
  ReplicaSnapshot,
  ReplicaStore,
  StoredSend,
} from './replica-store.js';

/** Survives the client, not the process. Also the reference of what a store must do. */
export class MemoryReplicaStore implements ReplicaStore {
  #userId = '';
  #logEpoch = 0;
  #cursor: Uint8Array = new Uint8Array();
  #known = false;
  readonly #conversations = new Map<string, ConversationRecord>();
  readonly #entries = new Map<string, Map<number, Entry>>();
  readonly #sends = new Map<string, StoredSend>();

  load(): Promise<ReplicaSnapshot | undefined> {
    if (!this.#known) return Promise.resolve(undefined);
    return Promise.resolve({
      userId: this.#userId,
      logEpoch: this.#logEpoch,
      cursor: this.#cursor,
      conversations: [...this.#conversations.values()],
      entries: [...this.#entries.values()].flatMap((known) => [...known.values()]),
      sends: [...this.#sends.values()],
    });
  }

  save(change: ReplicaChange): Promise<void> {
    this.#known = true;
    if (change.reset !== undefined) this.#reset(change.reset);
    if (change.cursor !== undefined) this.#cursor = change.cursor;
    for (const entry of change.entries) this.#entriesOf(entry.conversationId).set(entry.seq, entry);
    for (const [id, record] of change.conversations) this.#put(id, record);
    for (const send of change.putSends) this.#sends.set(keyOf(send), send);
    for (const send of change.dropSends) this.#sends.delete(keyOf(send));
    return Promise.resolve();
  }

  #reset(reset: NonNullable<ReplicaChange['reset']>): void {
    this.#userId = reset.userId;
    this.#logEpoch = reset.logEpoch;
    this.#cursor = new Uint8Array();
    this.#conversations.clear();
    this.#entries.clear();
    if (!reset.keepSends) this.#sends.clear();
  }

  #put(id: string, record: ConversationRecord): void {
    this.#conversations.set(id, record);
    const entries = this.#entriesOf(id);
    for (const seq of entries.keys()) if (seq <= record.base) entries.delete(seq);
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
