import type { Item } from '@queqiao/protocol/client';
import type { Clock, Timer } from '../clock.js';
import type { Limits } from '../limits.js';
import type { ConversationRecord } from '../replica/replica-store.js';

interface Acked {
  seq: number;
  sentMs: number;
}

export interface AcksDeps {
  readonly clock: Clock;
  readonly limits: Limits;
  /** False: there is no session. */
  readonly send: (item: Item) => boolean;
}

/**
 * Tells the server what this device has stored, so that senders learn of the delivery: at most one ack per conversation and
 * interval, the newest. An ack has no answer, so those sent shortly before a connection was lost are sent again.
 */
export class Acks {
  readonly #sent = new Map<string, Acked>();
  readonly #due = new Map<string, number>();
  #timer: Timer | undefined;
  #open = false;

  constructor(private readonly deps: AcksDeps) {}

  get size(): number {
    return this.#due.size;
  }

  /** Everything of these conversations up to their highs is stored. */
  stored(records: Iterable<ConversationRecord>): void {
    for (const record of records) {
      const { conversationId, high } = record;
      // One that was read when it became known is owed nothing: a sign-in must not ack a thousand conversations.
      if (!this.#sent.has(conversationId) && isRead(record)) {
        this.#sent.set(conversationId, { seq: high, sentMs: 0 });
      }
      const known = this.#sent.get(conversationId)?.seq ?? 0;
      if (high > Math.max(known, this.#due.get(conversationId) ?? 0)) {
        this.#due.set(conversationId, high);
      }
    }
    this.#flush();
  }

  begin(): void {
    this.#open = true;
    this.#flush();
  }

  /** The session is over: its last acks may not have arrived. */
  lost(): void {
    this.#open = false;
    this.#timer?.cancel();
    const { clock, limits } = this.deps;
    const sinceMs = clock.now() - limits.ackRepeatMs;
    for (const [id, { seq, sentMs }] of this.#sent) {
      if (sentMs >= sinceMs && !this.#due.has(id)) this.#due.set(id, seq);
    }
  }

  clear(): void {
    this.#timer?.cancel();
    this.#sent.clear();
    this.#due.clear();
  }

  #flush(): void {
    if (!this.#open) return;
    this.#timer?.cancel();
    const { clock, limits } = this.deps;
    const nowMs = clock.now();
    let waitMs = Number.POSITIVE_INFINITY;
    for (const [conversationId, seq] of this.#due) {
      const sinceMs = nowMs - (this.#sent.get(conversationId)?.sentMs ?? 0);
      if (sinceMs < limits.ackIntervalMs) {
        waitMs = Math.min(waitMs, limits.ackIntervalMs - sinceMs);
        continue;
      }
      if (!this.deps.send({ item: { $case: 'ack', value: { conversationId, seq } } })) return;
      this.#due.delete(conversationId);
      this.#sent.set(conversationId, { seq, sentMs: nowMs });
    }
    if (waitMs < Number.POSITIVE_INFINITY) {
      this.#timer = clock.setTimer(waitMs, () => this.#flush());
    }
  }
}

function isRead({ lastOrdinal, member }: ConversationRecord): boolean {
  return lastOrdinal <= (member?.readOrdinal ?? 0);
}
