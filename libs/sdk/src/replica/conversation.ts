import { describeConversation, unreadCount } from '@queqiao/domain';
import {
  Conversation_Kind,
  Sender_Kind,
  type Conversation,
  type Entry,
  type MemberState,
  type PullEntriesResponse,
} from '@queqiao/protocol/client';
import { ConversationLog, type EntrySource } from './conversation-log.js';
import type { ConversationRecord } from './replica-store.js';

/** One conversation as lists and headers show it. A snapshot: later changes come as `conversation` events. */
export interface ConversationView {
  readonly conversationId: string;
  readonly kind: 'direct' | 'group' | 'self';
  /** Of groups: the group's name. Empty otherwise. */
  readonly name: string;
  /** Of direct chats: the other user (oneself for notes to self). Empty otherwise. */
  readonly peerId: string;
  /** Newest seq that is known to exist; entries up to it may still be on their way. */
  readonly lastSeq: number;
  readonly lastEntry: Entry | undefined;
  /** For ordering only, milliseconds since the epoch. */
  readonly activeMs: number;
  /** Messages above the read cursor; never negative. */
  readonly unread: number;
  readonly readSeq: number;
  /** The user is no longer a member: nothing new will come. */
  readonly left: boolean;
  /** `loadOlder` may bring more. */
  readonly hasOlder: boolean;
}

export interface Surfaced {
  readonly entry: Entry;
  readonly source: EntrySource;
}

export class ConversationState {
  readonly log: ConversationLog;
  #kind: Conversation_Kind;
  #name = '';
  #lastOrdinal = 0;
  #lastEntry: Entry | undefined;
  #activeMs = 0;
  #member: MemberState | undefined;
  #readSeq = 0;
  #readOrdinal = 0;
  #entries: Entry[] = [];
  #maxKept: number;

  constructor(
    readonly id: string,
    limits: { maxHeldEntries: number; maxKeptEntries: number },
  ) {
    this.log = new ConversationLog(limits.maxHeldEntries);
    this.#maxKept = limits.maxKeptEntries;
    this.#kind = kindOf(id);
  }

  /** Ascending, without duplicates: what is in memory of base < seq <= high. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }
  get member(): MemberState | undefined {
    return this.#member;
  }
  get readSeq(): number {
    return Math.max(this.#readSeq, this.#member?.readSeq ?? 0);
  }

  /** From a sync answer. */
  describe(from: Conversation, fullHistory: boolean): void {
    if (from.kind > Conversation_Kind.UNSPECIFIED) this.#kind = from.kind;
    this.#name = from.name;
    this.#lastOrdinal = Math.max(this.#lastOrdinal, from.lastOrdinal);
    this.#activeMs = Math.max(this.#activeMs, from.activeMs);
    this.#preview(from.lastEntry);
    if (from.member !== undefined) this.applyMember(from.member);
    this.log.anchor(this.#firstBase(from, fullHistory));
    this.log.expect(from.lastSeq);
  }

  /** False for a state that is not newer than the known one. */
  applyMember(member: MemberState): boolean {
    if (this.#member !== undefined && member.rev <= this.#member.rev) return false;
    this.#member = member;
    return true;
  }

  /** Moves what became contiguous into the entries and returns it, in order. */
  surface(userId: string): Surfaced[] {
    const ready = this.log.take();
    for (const { entry } of ready) {
      this.#entries.push(entry);
      this.#lastOrdinal = Math.max(this.#lastOrdinal, entry.ordinal);
      this.#activeMs = Math.max(this.#activeMs, entry.createdMs);
      this.#preview(entry);
      if (entry.content?.body?.$case === 'groupCreated' && this.#name === '') {
        this.#name = entry.content.body.value.name;
      }
      // The server moves an author's cursor with the message, without telling the session that sent it.
      if (isFrom(entry, userId)) this.noteRead(entry.seq, entry.ordinal);
    }
    this.#trim();
    return ready;
  }

  /** Moves the read cursor on this side; a lower mark changes nothing. */
  noteRead(seq: number, ordinal = this.#ordinalAt(seq)): void {
    this.#readSeq = Math.max(this.#readSeq, seq);
    this.#readOrdinal = Math.max(this.#readOrdinal, ordinal);
  }

  /** Back to what the server has: the mark was refused. */
  forgetRead(): void {
    this.#readSeq = 0;
    this.#readOrdinal = 0;
  }

  /** Puts an answer that was filled downwards from `toSeq` below what is known; returns the new ones, ascending. */
  prepend(answer: PullEntriesResponse, toSeq: number): Entry[] {
    const bySeq = new Map(answer.entries.map((entry) => [entry.seq, entry]));
    let low = this.log.base;
    if (low > toSeq) return [];
    for (;;) {
      const skip = answer.notVisible.find((range) => range.fromSeq <= low && low <= range.toSeq);
      if (bySeq.has(low)) low -= 1;
      else if (skip !== undefined) low = skip.fromSeq - 1;
      else break;
    }
    if (!answer.hasMore) low = 0;
    const older = answer.entries.filter(({ seq }) => seq > low && seq <= this.log.base);
    this.#entries = [...older, ...this.#entries];
    // What was asked for stays: the bound is about what comes by itself.
    this.#maxKept += older.length;
    this.log.moveBase(low);
    return older;
  }

  restore(record: ConversationRecord, entries: readonly Entry[]): void {
    this.#kind = record.kind;
    this.#name = record.name;
    this.#lastOrdinal = record.lastOrdinal;
    this.#lastEntry = record.lastEntry;
    this.#activeMs = record.activeMs;
    this.#member = record.member;
    this.log.anchor(record.base, record.high);
    this.log.expect(record.lastSeq);
    this.#entries = entries
      .filter(({ seq }) => seq > record.base && seq <= record.high)
      .sort((a, b) => a.seq - b.seq);
    this.#trim();
  }

  record(): ConversationRecord {
    return {
      conversationId: this.id,
      kind: this.#kind,
      name: this.#name,
      base: this.log.base,
      high: this.log.high,
      lastSeq: this.log.target,
      lastOrdinal: this.#lastOrdinal,
      lastEntry: this.#lastEntry,
      activeMs: this.#activeMs,
      member: this.#member,
    };
  }

  view(userId: string): ConversationView {
    const ref = describeConversation(this.id);
    const readOrdinal = Math.max(this.#readOrdinal, this.#member?.readOrdinal ?? 0);
    return {
      conversationId: this.id,
      kind: ref?.kind ?? 'group',
      name: this.#name,
      peerId: ref?.kind === 'direct' ? (ref.a === userId ? ref.b : ref.a) : '',
      lastSeq: this.log.target,
      lastEntry: this.#lastEntry,
      activeMs: this.#activeMs,
      unread: unreadCount(this.#lastOrdinal, readOrdinal),
      readSeq: this.readSeq,
      left: this.#member?.leftSeq !== undefined,
      hasOlder: this.log.base > (this.#member?.joinedSeq ?? 0),
    };
  }

  /** Where a conversation begins on this device when it is seen for the first time. */
  #firstBase(from: Conversation, fullHistory: boolean): number {
    const joinedSeq = from.member?.joinedSeq ?? 0;
    if (fullHistory) return joinedSeq;
    const held = this.log.lowestHeld;
    const base = held === undefined ? from.lastSeq : Math.min(from.lastSeq, held - 1);
    return Math.max(joinedSeq, base);
  }

  #preview(entry: Entry | undefined): void {
    if (entry !== undefined && entry.seq >= (this.#lastEntry?.seq ?? 0)) this.#lastEntry = entry;
  }

  /** The running number at `seq`; 0 where this device cannot tell. */
  #ordinalAt(seq: number): number {
    if (seq >= this.log.target) return this.#lastOrdinal;
    for (let at = this.#entries.length - 1; at >= 0; at -= 1) {
      const entry = this.#entries[at];
      if (entry !== undefined && entry.seq <= seq) return entry.ordinal;
    }
    return 0;
  }

  #trim(): void {
    const excess = this.#entries.length - this.#maxKept;
    if (excess <= 0) return;
    const dropped = this.#entries.splice(0, excess);
    this.log.moveBase(dropped.at(-1)?.seq ?? this.log.base);
  }
}

export function isFrom(entry: Entry, userId: string): boolean {
  return entry.sender?.kind === Sender_Kind.USER && entry.sender.id === userId;
}

function kindOf(id: string): Conversation_Kind {
  const kinds = {
    direct: Conversation_Kind.DIRECT,
    group: Conversation_Kind.GROUP,
    self: Conversation_Kind.SELF,
  };
  const ref = describeConversation(id);
  return ref === undefined ? Conversation_Kind.UNSPECIFIED : kinds[ref.kind];
}
