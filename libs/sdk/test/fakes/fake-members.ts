import { DomainError } from '@queqiao/domain';
import { ConversationSettings, GroupRole, MemberState } from '@queqiao/protocol/client';

/** As much of a log as a member's state depends on. */
export interface FakeHead {
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  /** Newest entry that mentions everybody; 0: none. */
  readonly mentionAllSeq: number;
}

interface Row {
  readonly rev: number;
  readonly joinedSeq: number;
  readonly leftSeq: number | undefined;
  readonly role: GroupRole;
  readonly mutedUntilMs: number;
  readonly readSeq: number;
  readonly readOrdinal: number;
  readonly clearedSeq: number;
  readonly peerReadSeq: number;
  readonly peerDeliveredSeq: number;
  /** Newest entry that names the member. */
  readonly namedSeq: number;
  readonly hiddenSeqs: readonly number[];
  /** The conversation is out of the list until the log is longer than it was then. */
  readonly hiddenAtSeq: number | undefined;
  readonly settings: Partial<ConversationSettings>;
}

const NEW_ROW: Row = {
  rev: 1,
  joinedSeq: 0,
  leftSeq: undefined,
  role: GroupRole.MEMBER,
  mutedUntilMs: 0,
  readSeq: 0,
  readOrdinal: 0,
  clearedSeq: 0,
  peerReadSeq: 0,
  peerDeliveredSeq: 0,
  namedSeq: 0,
  hiddenSeqs: [],
  hiddenAtSeq: undefined,
  settings: {},
};

/** An earlier time in it. */
type Stint = Pick<Row, 'joinedSeq' | 'leftSeq'>;

/** What the members of one conversation have there, and how it changes. A change that changes nothing raises no rev. */
export class FakeMembers {
  readonly #rows = new Map<string, Row>();
  readonly #stints = new Map<string, readonly Stint[]>();

  /** By the seq of their join. */
  constructor(
    private readonly id: string,
    joins: Readonly<Record<string, number>>,
  ) {
    for (const [user, joinedSeq] of Object.entries(joins)) {
      // A group belongs to the one that is named first.
      const owns = id.startsWith('g:') && this.#rows.size === 0;
      const at = { joinedSeq, readSeq: joinedSeq, readOrdinal: joinedSeq };
      const role = owns ? GroupRole.OWNER : GroupRole.MEMBER;
      this.#rows.set(user, { ...NEW_ROW, ...at, role });
    }
  }

  /** Those who are in it now. */
  get users(): string[] {
    return [...this.#rows].filter(([, row]) => row.leftSeq === undefined).map(([user]) => user);
  }

  governs(user: string): boolean {
    return this.#rows.get(user)?.role === GroupRole.OWNER;
  }

  /** Comes in, or back: sees what comes after `seq`, and the stays before; 0: everything. `head`: where the log ends. */
  join(user: string, seq: number, head: Pick<Row, 'readSeq' | 'readOrdinal'>): void {
    const known = this.#rows.get(user);
    const stints = seq === 0 || known === undefined ? [] : [...this.#stintsOf(user), known];
    this.#stints.set(user, stints);
    const row = { ...(known ?? NEW_ROW), joinedSeq: seq, leftSeq: undefined, ...head };
    this.#rows.set(user, { ...row, role: GroupRole.MEMBER, rev: (known?.rev ?? 0) + 1 });
  }

  /** Whether the entry may be seen. */
  sees(user: string, seq: number): boolean {
    const row = this.#row(user);
    if (seq <= row.clearedSeq || row.hiddenSeqs.includes(seq)) return false;
    const stays = [...this.#stintsOf(user), row];
    return stays.some(({ joinedSeq, leftSeq }) => joinedSeq < seq && seq <= (leftSeq ?? Infinity));
  }

  /** Sees nothing above `seq`. */
  leave(user: string, seq: number): void {
    this.#change(user, { leftSeq: seq });
  }

  set(user: string, change: Partial<Pick<Row, 'role' | 'mutedUntilMs'>>): void {
    this.#change(user, change);
  }

  has(user: string): boolean {
    return this.#rows.has(user);
  }

  rev(user: string): number {
    return this.#row(user).rev;
  }

  state(user: string, head: FakeHead): MemberState {
    const { namedSeq, hiddenAtSeq, settings, ...row } = this.#row(user);
    const lower = Math.max(row.readSeq, row.joinedSeq, row.clearedSeq);
    const mentions = [namedSeq, head.mentionAllSeq].filter((seq) => seq > lower);
    return MemberState.create({
      ...row,
      conversationId: this.id,
      hiddenSeqs: [...row.hiddenSeqs],
      unread: Math.max(0, head.lastOrdinal - row.readOrdinal),
      mentionedSeq: Math.max(0, ...mentions),
      hiddenThroughSeq: hiddenAtSeq ?? 0,
      settings: ConversationSettings.create({ ...settings, hidden: isHidden(hiddenAtSeq, head) }),
    });
  }

  /** Nobody has unread messages of one's own; the other side learns of it by the next mark only. */
  wrote(user: string, seq: number, ordinal: number): void {
    if (this.has(user)) this.#change(user, this.#moved(user, seq, ordinal));
  }

  named(users: readonly string[], seq: number): void {
    for (const user of users) if (this.has(user)) this.#change(user, { namedSeq: seq });
  }

  markRead(user: string, seq: number, ordinal: number): void {
    const { readSeq, settings } = this.#row(user);
    const peer = this.#peer(user);
    const told = peer === undefined || this.#row(peer).peerReadSeq >= seq;
    if (readSeq >= seq && told && settings.markedUnread !== true) return;
    this.#change(user, { ...this.#moved(user, seq, ordinal), settings: unmarked(settings) });
    this.#tellRead(user);
  }

  clear(user: string, seq: number, ordinal: number): void {
    const { clearedSeq, readSeq, settings, ...row } = this.#row(user);
    const done = clearedSeq >= seq && readSeq >= seq;
    if (done && settings.markedUnread !== true) return;
    const hiddenSeqs = row.hiddenSeqs.filter((one) => one > seq);
    const cleared = { clearedSeq: Math.max(clearedSeq, seq), hiddenSeqs };
    const moved = this.#moved(user, seq, ordinal);
    this.#change(user, { ...moved, ...cleared, settings: unmarked(settings) });
    this.#tellRead(user);
  }

  updateSettings(user: string, patch: Partial<ConversationSettings>, throughSeq: number): void {
    const { hidden, ...rest } = patch;
    const before = this.#row(user);
    let { hiddenAtSeq } = before;
    if (hidden === false) hiddenAtSeq = undefined;
    else if (hidden === true) hiddenAtSeq = Math.max(hiddenAtSeq ?? 0, throughSeq);
    const change = { settings: { ...before.settings, ...rest }, hiddenAtSeq };
    const same = JSON.stringify({ ...before, ...change }) === JSON.stringify(before);
    if (!same) this.#change(user, change);
  }

  hide(user: string, seqs: readonly number[], { lastSeq }: FakeHead): void {
    const { hiddenSeqs, clearedSeq } = this.#row(user);
    if (seqs.some((seq) => seq > lastSeq)) throw new DomainError('INVALID_ARGUMENT', 'no such seq');
    const all = new Set([...hiddenSeqs, ...seqs.filter((seq) => seq > clearedSeq)]);
    if (all.size === hiddenSeqs.length) return;
    this.#change(user, { hiddenSeqs: [...all].sort((a, b) => a - b) });
  }

  /** A device has stored everything up to there. */
  delivered(user: string, seq: number): void {
    const peer = this.#peer(user);
    if (peer === undefined || this.#row(peer).peerDeliveredSeq >= seq) return;
    this.#change(peer, { peerDeliveredSeq: seq });
  }

  #moved(user: string, seq: number, ordinal: number): Pick<Row, 'readSeq' | 'readOrdinal'> {
    const { readSeq, readOrdinal } = this.#row(user);
    return { readSeq: Math.max(readSeq, seq), readOrdinal: Math.max(readOrdinal, ordinal) };
  }

  /** What was read has arrived. */
  #tellRead(user: string): void {
    const peer = this.#peer(user);
    const { readSeq } = this.#row(user);
    if (peer === undefined || this.#row(peer).peerReadSeq >= readSeq) return;
    const peerDeliveredSeq = Math.max(readSeq, this.#row(peer).peerDeliveredSeq);
    this.#change(peer, { peerReadSeq: readSeq, peerDeliveredSeq });
  }

  #peer(user: string): string | undefined {
    return this.id.startsWith('d:') ? this.users.find((other) => other !== user) : undefined;
  }

  #stintsOf(user: string): readonly Stint[] {
    return this.#stints.get(user) ?? [];
  }

  #row(user: string): Row {
    const row = this.#rows.get(user);
    if (row === undefined) throw new Error(`${user} is not in ${this.id}`);
    return row;
  }

  #change(user: string, change: Partial<Row>): void {
    const row = this.#row(user);
    this.#rows.set(user, { ...row, ...change, rev: row.rev + 1 });
  }
}

function isHidden(hiddenAtSeq: number | undefined, { lastSeq }: FakeHead): boolean {
  return hiddenAtSeq !== undefined && lastSeq <= hiddenAtSeq;
}

function unmarked({ markedUnread: _mark, ...rest }: Partial<ConversationSettings>) {
  return rest;
}
