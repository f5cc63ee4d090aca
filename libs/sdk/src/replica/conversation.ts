import { isMessageKind } from '@queqiao/domain';
import {
  Conversation_Kind,
  Sender_Kind,
  type Conversation,
  type Entry,
  type MemberState,
  type PullEntriesResponse,
} from '@queqiao/protocol/client';
import { changeOf, laterCopy } from './change.js';
import { ConversationLog, type EntrySource } from './conversation-log.js';
import { conversationView, kindOf, type ConversationView } from './conversation-view.js';
import { EntryWindow, type Absorbed } from './entry-window.js';
import { MemberCursor, type EffectiveMember } from './member-cursor.js';
import type { MemberOperation } from './member-operation.js';
import type { ConversationRecord } from './replica-store.js';
import type { Unheard } from './unheard.js';

export interface Surfaced {
  readonly entry: Entry;
  readonly source: EntrySource;
  /** False for what the user has hidden: it counts as surfaced and is not shown. */
  readonly visible: boolean;
}

const NOTHING: Absorbed = { rewritten: [], targets: [] };

export class ConversationState {
  readonly log: ConversationLog;
  readonly window = new EntryWindow();
  readonly #cursor = new MemberCursor();
  #kind: Conversation_Kind;
  #name = '';
  /** The name is that of the log up to here: entries above may say another one. */
  #nameSeq = 0;
  #lastOrdinal = 0;
  #lastEntry: Entry | undefined;
  /** Nothing up to here is what a list shows. */
  #previewFloor = 0;
  /** The server has said that it knows of everything up to here as read. */
  #marked = 0;
  #activeMs = 0;
  #hidden: ReadonlySet<number> = new Set();
  /** Of what was passed up to here, some may be seen by now. */
  #reopened = 0;
  #maxKept: number;

  constructor(
    readonly id: string,
    limits: { maxHeldEntries: number; maxKeptEntries: number },
  ) {
    this.log = new ConversationLog(limits.maxHeldEntries);
    this.#maxKept = limits.maxKeptEntries;
    this.#kind = kindOf(id);
  }

  get member(): MemberState | undefined {
    return this.#cursor.member;
  }

  /** Whether the user is in it: who sees the first entry is, before any state says so. Undefined: nothing is known of it. */
  get isIn(): boolean | undefined {
    if (this.member !== undefined) return this.member.leftSeq === undefined;
    return this.log.anchored ? true : undefined;
  }

  /** From a sync answer. */
  describe(from: Conversation, fullHistory: boolean): void {
    if (from.kind > Conversation_Kind.UNSPECIFIED) this.#kind = from.kind;
    this.#called(from.name, from.lastSeq);
    this.#lastOrdinal = Math.max(this.#lastOrdinal, from.lastOrdinal);
    this.#activeMs = Math.max(this.#activeMs, from.activeMs);
    if (from.lastEntry === undefined) this.#dropPreview(from.lastSeq);
    else this.#preview(from.lastEntry);
    if (from.member !== undefined) this.applyMember(from.member);
    this.log.anchor(this.#firstBase(from, fullHistory));
    this.log.expect(from.lastSeq);
  }

  /** What a sync answer says that this device was not told; undefined: nothing. */
  unheard(from: Conversation): Unheard | undefined {
    const floor = Math.max(from.member?.joinedSeq ?? 0, from.member?.clearedSeq ?? 0);
    const fromSeq = Math.max(this.log.target, floor) + 1;
    const { member } = from;
    const rev = member !== undefined && this.#cursor.isPushedNews(member) ? member.rev : 0;
    if (from.lastSeq < fromSeq && rev === 0) return undefined;
    return { conversationId: this.id, fromSeq, toSeq: from.lastSeq, rev };
  }

  /** False for a state that is not newer than the known one. */
  applyMember(member: MemberState): boolean {
    const before = this.member;
    if (!this.#cursor.apply(member)) return false;
    this.#expectStay(before, member);
    if (before !== undefined) this.#reopen(before, member);
    this.#hidden = new Set([...this.#hidden, ...member.hiddenSeqs]);
    this.log.skip({ fromSeq: 1, toSeq: member.clearedSeq });
    return true;
  }

  /**
   * Who left is pushed nothing more, not even what was said before, and where somebody comes back to nothing may be said for long:
   * both say how far the log goes, and what is missing is pulled.
   */
  #expectStay(before: MemberState | undefined, { joinedSeq, readSeq, leftSeq }: MemberState): void {
    if (leftSeq !== undefined) this.log.expect(leftSeq);
    // All that was there then counts as read, whether it may be seen or not.
    else if (before?.leftSeq !== undefined) this.log.expect(Math.max(joinedSeq, readSeq));
  }

  /**
   * What was passed as not to be seen may be seen after a comeback to the whole log: it is loaded as older entries are. This device
   * need not have heard of that comeback, but then something is missing between the states.
   */
  #reopen(before: MemberState, { joinedSeq, rev }: MemberState): void {
    const missed = joinedSeq !== before.joinedSeq && rev !== before.rev + 1;
    if (joinedSeq >= before.joinedSeq && !missed) return;
    this.#reopened = Math.max(before.joinedSeq, this.log.skippedTo);
  }

  /** Takes out of memory what the member may no longer see; returns the seqs. */
  enforce(): number[] {
    const cleared = this.member?.clearedSeq ?? 0;
    const floor = Math.max(cleared, this.#reopened);
    this.#reopened = 0;
    if (this.log.base < floor) this.log.moveBase(floor);
    this.#forgetPreview(cleared);
    return this.window.remove((seq) => seq <= floor || this.#hidden.has(seq));
  }

  /** Moves what became contiguous into the window and returns it, in order. */
  surface(userId: string): { readonly surfaced: Surfaced[]; readonly absorbed: Absorbed } {
    const ready = this.log.take();
    if (ready.length === 0) return { surfaced: [], absorbed: NOTHING };
    const visible = ready.filter(({ entry }) => !this.#hidden.has(entry.seq));
    for (const { entry } of ready) this.#note(entry, userId);
    const absorbed = this.window.append(visible.map(({ entry }) => entry));
    this.#preview(this.window.newestMessage());
    const surfaced = ready.map(({ entry, source }) => {
      const now = this.window.get(entry.seq);
      return { entry: now ?? entry, source, visible: now !== undefined };
    });
    this.#trim();
    return { surfaced, absorbed };
  }

  /** Puts an answer that was filled downwards from `toSeq` below what is known; returns the new ones, ascending. */
  prepend(
    answer: PullEntriesResponse,
    toSeq: number,
  ): { readonly older: Entry[]; readonly absorbed: Absorbed } {
    if (this.log.base > toSeq) return { older: [], absorbed: NOTHING };
    const low = this.#lowOf(answer);
    const fresh = answer.entries.filter(
      ({ seq }) => seq > low && seq <= this.log.base && !this.#hidden.has(seq),
    );
    const absorbed = this.window.prepend(fresh);
    // What was asked for stays: the bound is about what comes by itself.
    this.#maxKept += fresh.length;
    this.log.moveBase(low);
    this.#preview(this.window.newestMessage());
    return { older: fresh.map((entry) => this.window.get(entry.seq) ?? entry), absorbed };
  }

  restore(record: ConversationRecord, entries: readonly Entry[]): void {
    this.#kind = record.kind;
    this.#called(record.name, record.high);
    this.#lastOrdinal = record.lastOrdinal;
    this.#lastEntry = record.lastEntry;
    this.#previewFloor = record.previewFloor;
    this.#activeMs = record.activeMs;
    this.#cursor.restore(record.member, record.mentionedSeq);
    this.#hidden = new Set(record.member?.hiddenSeqs);
    this.log.anchor(record.base, record.high, record.skippedTo);
    this.log.expect(record.lastSeq);
    const kept = entries.filter(({ seq }) => seq > record.base && seq <= record.high);
    this.window.append(kept.sort((a, b) => a.seq - b.seq));
    this.#trim();
  }

  record(): ConversationRecord {
    return {
      conversationId: this.id,
      kind: this.#kind,
      name: this.#name,
      base: this.log.base,
      high: this.log.high,
      skippedTo: this.log.skippedTo,
      lastSeq: this.log.target,
      lastOrdinal: this.#lastOrdinal,
      lastEntry: this.#lastEntry,
      previewFloor: this.#previewFloor,
      activeMs: this.#activeMs,
      member: this.member,
      mentionedSeq: this.#cursor.mentionedSeq,
    };
  }

  /** What the user has here once everything that is on its way has arrived. */
  effective(operations: readonly MemberOperation[]): EffectiveMember {
    const ordinalAt = (seq: number): number => this.#ordinalAt(seq);
    return this.#cursor.effective(operations, { lastSeq: this.log.target, ordinalAt });
  }

  /** Tells of a seq whether its entry may be shown: not cleared, and not hidden by the user. */
  visibility(operations: readonly MemberOperation[]): (seq: number) => boolean {
    const { floor } = this.effective(operations);
    const going = new Set(operations.flatMap((one) => (one.kind === 'hide' ? one.seqs : [])));
    return (seq) => seq > floor && !this.#hidden.has(seq) && !going.has(seq);
  }

  /** A mark as read up to here has arrived. */
  noteMarked(seq: number): void {
    this.#marked = Math.max(this.#marked, seq);
  }

  /**
   * Whether the other side of a direct chat may not know that what it wrote up to `seq` was read: an own message moves the own
   * cursor, of which only a mark tells the other side.
   */
  owesMark(seq: number, userId: string): boolean {
    if (this.#kind !== Conversation_Kind.DIRECT) return false;
    const theirs = this.window.entries
      .filter((entry) => entry.seq <= seq && !isFrom(entry, userId))
      .at(-1);
    if (theirs === undefined || theirs.seq <= this.#marked) return false;
    const read = this.window.get(this.member?.readSeq ?? 0);
    const told = read !== undefined && !isFrom(read, userId) ? read.seq : 0;
    return theirs.seq > told;
  }

  view(userId: string, operations: readonly MemberOperation[]): ConversationView {
    const last = this.#lastEntry;
    const facts = {
      id: this.id,
      userId,
      name: this.#name,
      lastSeq: this.log.target,
      lastOrdinal: this.#lastOrdinal,
      lastEntry: last !== undefined && this.visibility(operations)(last.seq) ? last : undefined,
      activeMs: this.#activeMs,
      base: this.log.base,
    };
    return conversationView(facts, this.effective(operations));
  }

  #note(entry: Entry, userId: string): void {
    this.#lastOrdinal = Math.max(this.#lastOrdinal, entry.ordinal);
    // A change moves neither its author's cursor nor the conversation. What a blank entry was, only the server knows.
    if (entry.content === undefined || changeOf(entry.content) !== undefined) return;
    this.#activeMs = Math.max(this.#activeMs, entry.createdMs);
    const { body } = entry.content;
    if (body?.$case === 'groupCreated' || body?.$case === 'groupUpdated') {
      if (body.value.name !== undefined) this.#called(body.value.name, entry.seq);
    }
    if (body?.$case === 'groupCreated' && body.value.creatorId === userId) this.#cursor.noteOwner();
    // Only messages move their author's cursor: what somebody did to the group does not.
    if (!isMessageKind(body?.$case ?? '')) return;
    if (isFrom(entry, userId)) this.#cursor.noteOwn(entry);
    else this.#cursor.noteMention(entry, userId);
  }

  #called(name: string, asOfSeq: number): void {
    if (asOfSeq < this.#nameSeq) return;
    this.#name = name;
    this.#nameSeq = asOfSeq;
  }

  /** The lowest seq below which nothing was answered. */
  #lowOf(answer: PullEntriesResponse): number {
    if (!answer.hasMore) return 0;
    const known = new Set(answer.entries.map(({ seq }) => seq));
    let low = this.log.base;
    for (;;) {
      const skip = answer.notVisible.find((range) => range.fromSeq <= low && low <= range.toSeq);
      if (known.has(low)) low -= 1;
      else if (skip !== undefined) low = skip.fromSeq - 1;
      else return low;
    }
  }

  /** Where a conversation begins on this device when it is seen for the first time. */
  #firstBase(from: Conversation, fullHistory: boolean): number {
    const { joinedSeq = 0, clearedSeq = 0 } = from.member ?? {};
    // The user may have been in it before the join that the state names: a pull says what may be seen of that.
    if (fullHistory) return clearedSeq;
    const held = this.log.lowestHeld;
    const base = held === undefined ? from.lastSeq : Math.min(from.lastSeq, held - 1);
    return Math.max(joinedSeq, clearedSeq, base);
  }

  #preview(entry: Entry | undefined): void {
    const last = this.#lastEntry;
    if (entry !== undefined && entry.seq > this.#previewFloor && entry.seq >= (last?.seq ?? 0)) {
      this.#lastEntry = last?.seq === entry.seq ? laterCopy(last, entry) : entry;
    }
    // It may be known without being in the window: what changes it is known then too.
    if (this.#lastEntry !== undefined) {
      this.#lastEntry = this.window.changes.applyTo(this.#lastEntry);
    }
  }

  /** What was cleared or hidden is not kept for the list either. */
  #forgetPreview(cleared: number): void {
    const seq = this.#lastEntry?.seq;
    if (seq !== undefined && (seq <= cleared || this.#hidden.has(seq))) this.#dropPreview(seq);
  }

  /** A list shows nothing in place of what is hidden: not what is older either. */
  #dropPreview(through: number): void {
    this.#previewFloor = Math.max(this.#previewFloor, through);
    if ((this.#lastEntry?.seq ?? 0) <= this.#previewFloor) this.#lastEntry = undefined;
  }

  /** The running number at `seq`; 0 where this device cannot tell. */
  #ordinalAt(seq: number): number {
    if (seq >= this.log.target) return this.#lastOrdinal;
    const { entries } = this.window;
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const entry = entries[at];
      if (entry !== undefined && entry.seq <= seq) return entry.ordinal;
    }
    return 0;
  }

  #trim(): void {
    const droppedTo = this.window.trim(this.#maxKept);
    if (droppedTo !== undefined) this.log.moveBase(droppedTo);
  }
}

export function isFrom(entry: Entry, userId: string): boolean {
  return entry.sender?.kind === Sender_Kind.USER && entry.sender.id === userId;
}
