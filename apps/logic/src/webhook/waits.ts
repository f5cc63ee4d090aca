import type { ConversationId } from '@queqiao/domain';
import type { EventName, WaitRecord } from './ports.js';

/** A wait while it is worked on. */
export interface Wait extends WaitRecord {
  nextSeq: number;
  lastSeq: number;
  attempts: number;
  firstAttemptMs: number;
  dueMs: number;
  lastError: string;
}

export interface WaitChanges {
  readonly waits: readonly WaitRecord[];
  readonly over: readonly Pick<WaitRecord, 'conversationId' | 'firstSeq'>[];
}

/**
 * Conversations that are not up to date because an event was refused, each with the entries that it still has to get, in order:
 * their numbers alone. Remembers what has to be written of them.
 */
export class Waits {
  readonly #lanes = new Map<ConversationId, Wait[]>();
  readonly #busy = new Set<ConversationId>();
  readonly #changed = new Set<Wait>();
  #over: Pick<WaitRecord, 'conversationId' | 'firstSeq'>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get isChanged(): boolean {
    return this.#changed.size > 0 || this.#over.length > 0;
  }

  has(conversationId: ConversationId): boolean {
    return this.#lanes.has(conversationId);
  }

  /** What is stored, beside what is known already. To be called with nothing left to write. */
  load(rows: readonly WaitRecord[]): void {
    const gone = new Set(this.#over.map((wait) => `${wait.conversationId} ${wait.firstSeq}`));
    for (const row of rows) {
      if (gone.has(`${row.conversationId} ${row.firstSeq}`)) continue;
      const lane = this.#lanes.get(row.conversationId) ?? [];
      if (lane.some(({ firstSeq }) => firstSeq === row.firstSeq)) continue;
      this.#insert({ ...row });
    }
  }

  /** Adds an event to what its conversation waits for. */
  absorb({ conversationId, seq }: Pick<EventName, 'conversationId' | 'seq'>, nowMs: number): void {
    const lane = this.#lanes.get(conversationId) ?? [];
    if (lane.some(({ firstSeq, lastSeq }) => firstSeq <= seq && seq <= lastSeq)) return;
    const before = lane.find(({ lastSeq }) => lastSeq === seq - 1);
    if (before !== undefined) {
      before.lastSeq = seq;
      this.#changed.add(before);
      return;
    }
    const fresh = { conversationId, firstSeq: seq, nextSeq: seq, lastSeq: seq, attempts: 0 };
    const wait = { ...fresh, firstAttemptMs: 0, dueMs: nowMs, lastError: '', eventId: '' };
    this.#insert(wait);
    this.#changed.add(wait);
  }

  /** The first wait of a conversation. */
  of(conversationId: ConversationId): Wait | undefined {
    return this.#lanes.get(conversationId)?.[0];
  }

  /** The one that is due first of those that nobody is at, and that nothing `holds` up. */
  earliest(holds: (conversationId: ConversationId) => boolean): Wait | undefined {
    let found: Wait | undefined;
    for (const [conversationId, [wait]] of this.#lanes) {
      if (wait === undefined || this.#busy.has(conversationId) || holds(conversationId)) continue;
      if (found === undefined || wait.dueMs < found.dueMs) found = wait;
    }
    return found;
  }

  take({ conversationId }: Wait): void {
    this.#busy.add(conversationId);
  }

  putBack({ conversationId }: Wait): void {
    this.#busy.delete(conversationId);
  }

  /** Of the events before this one none is wanted. */
  reach(wait: Wait, seq: number): void {
    if (seq === wait.nextSeq) return;
    this.#changed.add(wait);
    Object.assign(wait, { nextSeq: seq, attempts: 0, firstAttemptMs: 0, lastError: '' });
  }

  /** The next event is delivered; or none up to `seq` is wanted. */
  advance(wait: Wait, nowMs: number, seq = wait.nextSeq): void {
    this.reach(wait, seq + 1);
    this.#step(wait);
    if (wait.nextSeq > wait.lastSeq) this.#end(wait);
    else wait.dueMs = nowMs;
  }

  refuse(wait: Wait, refusal: { nowMs: number; dueMs: number; error: string }): void {
    this.#step(wait);
    if (wait.attempts === 0) wait.firstAttemptMs = refusal.nowMs;
    wait.attempts += 1;
    wait.dueMs = refusal.dueMs;
    wait.lastError = refusal.error;
  }

  /** The next event is given up on. What follows it is a wait of its own: this one's name is the dead event's. */
  bury(wait: Wait, nowMs: number): void {
    this.#step(wait);
    this.#end(wait);
    if (wait.nextSeq === wait.lastSeq) return;
    const nextSeq = wait.nextSeq + 1;
    const fresh = { ...wait, firstSeq: nextSeq, nextSeq, attempts: 0, firstAttemptMs: 0 };
    const rest = { ...fresh, dueMs: nowMs, lastError: '', eventId: '' };
    this.#insert(rest);
    this.#changed.add(rest);
  }

  /** The receiver is back: nothing waits for longer than it was told to. */
  hasten(dueMs: () => number): void {
    for (const lane of this.#lanes.values()) {
      for (const wait of lane) wait.dueMs = Math.min(wait.dueMs, dueMs());
    }
  }

  /** Nothing of it was refused by the receiver that it is for by now. */
  anew(dueMs: () => number): void {
    for (const lane of this.#lanes.values()) {
      for (const wait of lane) {
        Object.assign(wait, { attempts: 0, firstAttemptMs: 0, dueMs: dueMs() });
        this.#changed.add(wait);
      }
    }
  }

  /** What has to be written; it counts as written unless it is given back. */
  takeChanges(): WaitChanges {
    const waits = [...this.#changed].map((wait): WaitRecord => ({ ...wait }));
    const over = this.#over;
    this.#changed.clear();
    this.#over = [];
    return { waits, over };
  }

  giveBack({ waits, over }: WaitChanges): void {
    this.#over.unshift(...over);
    for (const { conversationId, firstSeq } of waits) {
      const lane = this.#lanes.get(conversationId);
      const wait = lane?.find((each) => each.firstSeq === firstSeq);
      if (wait) this.#changed.add(wait);
    }
  }

  #insert(wait: Wait): void {
    const lane = this.#lanes.get(wait.conversationId) ?? [];
    lane.push(wait);
    lane.sort((a, b) => a.firstSeq - b.firstSeq);
    this.#lanes.set(wait.conversationId, lane);
    this.#size += 1;
  }

  #step(wait: Wait): void {
    this.#busy.delete(wait.conversationId);
    this.#changed.add(wait);
  }

  #end(wait: Wait): void {
    const { conversationId, firstSeq } = wait;
    const rest = (this.#lanes.get(conversationId) ?? []).filter((each) => each !== wait);
    if (rest.length === 0) this.#lanes.delete(conversationId);
    else this.#lanes.set(conversationId, rest);
    this.#changed.delete(wait);
    this.#over.push({ conversationId, firstSeq });
    this.#size -= 1;
  }
}
