import { senderKey, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import type { Transaction } from 'kysely';
import type { ConversationMode } from '../append-types.js';
import { statementOf, type OwnTransaction, type Query } from '../connection/round-trips.js';
import type { Statement } from '../connection/store-connection.js';
import type { EntryRecord } from '../conversation-types.js';
import { StoreDefect } from '../errors.js';
import type { LogEntry, OpenHead, StateKey } from '../log-types.js';
import type { Schema } from '../schema/schema.js';
import {
  heldHeads,
  insertLogHead,
  lockingHeads,
  lockLogHeads,
  writingHeads,
  type HeadRow,
  type HeldHead,
} from './log-heads.js';

type RowsOf<T extends readonly Query[]> = {
  [K in keyof T]: T[K] extends Query<infer Row> ? Row[] : never;
};

/** Thrown for a direct chat or feed that has no head yet: it is made, and the work runs again. */
export class MissingHeads extends Error {
  override readonly name = 'MissingHeads';

  constructor(readonly conversationIds: readonly ConversationId[]) {
    super('heads are missing');
  }
}

/**
 * One change of one or several logs: entries, members and whatever tables belong to it, all or nothing. Numbers are given
 * under the locks of the heads, as appends do, so that both share one order. Entries and heads are written at the end;
 * rows of other tables the work writes itself, through `trx` or at the end too, in the lock order of the schema.
 */
export class LogTransaction {
  /** Jobs were ordered, that somebody may begin with after the commit. */
  hasJobs = false;
  readonly #heads = new Map<ConversationId, HeldHead>();
  readonly #entries: EntryRecord[] = [];
  readonly #states = new Map<string, StateKey>();
  readonly #putOff: Query[] = [];

  readonly trx: Transaction<Schema>;

  /** On a connection on which it is begun next. */
  constructor(
    private readonly own: OwnTransaction,
    readonly appId: AppId,
  ) {
    this.trx = own.trx;
  }

  /**
   * Locks more heads; to be called before any other row is written, and only with ids above all that are locked already.
   * Missing direct chats and feeds are made first; groups that do not exist stay unknown.
   */
  async lock(conversationIds: readonly ConversationId[]): Promise<void> {
    const wanted = conversationIds.filter((id) => !this.#heads.has(id));
    this.#checkOrder(wanted);
    this.#hold(wanted, await lockLogHeads(this.trx, this.appId, wanted));
  }

  /** The statement that locks the first heads, for whoever begins the transaction; undefined: none. What it finds goes to `hold`. */
  locking(conversationIds: readonly ConversationId[]): string | undefined {
    return conversationIds.length === 0 ? undefined : lockingHeads(this.appId, conversationIds);
  }

  hold(wanted: readonly ConversationId[], rows: readonly HeadRow[]): void {
    this.#hold(wanted, heldHeads(rows));
  }

  #hold(wanted: readonly ConversationId[], found: ReadonlyMap<ConversationId, HeldHead>): void {
    const missing = wanted.filter((id) => !found.has(id) && !id.startsWith('g:'));
    if (missing.length > 0) throw new MissingHeads(missing);
    for (const [id, head] of found) this.#heads.set(id, head);
  }

  /** Makes the head of a group and holds it. Of two at the same moment the second finds a duplicate key, and runs again. */
  async open(conversationId: ConversationId): Promise<void> {
    this.#checkOrder([conversationId]);
    this.#heads.set(conversationId, await insertLogHead(this.trx, this.appId, conversationId));
  }

  /** Null: a group that does not exist. */
  head(conversationId: ConversationId): OpenHead | null {
    return this.#heads.get(conversationId) ?? null;
  }

  /** The clock of the database, under the first lock. */
  get nowMs(): number {
    for (const head of this.#heads.values()) return head.nowMs;
    throw new StoreDefect('no head is locked');
  }

  /** Puts an entry at the end of a log; returns its place. */
  append(conversationId: ConversationId, entry: LogEntry): { seq: number; ordinal: number } {
    const head = this.#held(conversationId);
    head.changed = true;
    head.lastSeq += 1;
    if (entry.countable) head.lastOrdinal += 1;
    if (entry.shown) {
      head.shownSeq = head.lastSeq;
      head.activeMs = head.nowMs;
    }
    const place = { seq: head.lastSeq, ordinal: head.lastOrdinal };
    const { kind, content, sender } = entry;
    const fixed = { clientMsgId: '', revision: 0, state: 'present' } as const;
    const createdMs = head.nowMs;
    this.#entries.push({ ...fixed, ...place, conversationId, kind, content, sender, createdMs });
    return place;
  }

  /** To be called once for every change of a conversation's members: lists read from now on are another version. */
  membersChanged(conversationId: ConversationId, { left }: { left: boolean }): void {
    const head = this.#held(conversationId);
    head.changed = true;
    head.memberVersion += 1;
    if (left) head.leaveVersion += 1;
  }

  setFlags(conversationId: ConversationId, flags: number): void {
    const head = this.#held(conversationId);
    head.changed = true;
    head.flags = flags;
  }

  setMode(conversationId: ConversationId, mode: ConversationMode): void {
    const head = this.#held(conversationId);
    head.changed = true;
    head.mode = mode;
  }

  /** The member's own state changed and is shown to the member's devices. */
  stateChanged(conversationId: ConversationId, userId: UserId): void {
    this.#states.set(`${userId} ${conversationId}`, { userId, conversationId });
  }

  get entries(): readonly EntryRecord[] {
    return this.#entries;
  }
  get states(): readonly StateKey[] {
    return [...this.#states.values()];
  }
  get written(): boolean {
    return this.#entries.length > 0 || this.#states.size > 0 || this.#changed().length > 0;
  }

  /** Heads with entries of this transaction, as they are now. */
  moved(): HeldHead[] {
    const ids = new Set(this.#entries.map(({ conversationId }) => conversationId));
    return [...this.#heads.values()].filter(({ conversationId }) => ids.has(conversationId));
  }

  /** A write on which nothing in the work depends, not even whether it found its row: it is sent together with the end. */
  putOff(write: Query): void {
    this.#putOff.push(write);
  }

  /** Several reads and writes in one round trip, in this order: the rows of each. */
  async together<T extends readonly Query[]>(...queries: T): Promise<RowsOf<T>> {
    const statements = queries.map((query) => this.statementOf(query));
    const found = await this.own.connection.queryAll({ statements, operation: 'log work' });
    return found as RowsOf<T>;
  }

  statementOf(query: Query): Statement {
    return statementOf(this.trx, query);
  }

  /** What is left to be written at the end, in this order. */
  writes(): Query[] {
    const heads = this.#changed();
    return [
      ...this.#putOff,
      ...(heads.length === 0 ? [] : [writingHeads(this.trx, this.appId, heads)]),
      ...(this.#entries.length === 0 ? [] : [this.#insertEntries()]),
    ];
  }

  #insertEntries(): Query {
    return this.trx.insertInto('entries').values(
      this.#entries.map((entry) => ({
        app_id: this.appId,
        conversation_id: entry.conversationId,
        seq: entry.seq,
        ordinal: entry.ordinal,
        sender: senderKey(entry.sender),
        client_msg_id: null,
        kind: entry.kind,
        created_ms: entry.createdMs,
        content: Buffer.from(entry.content),
      })),
    );
  }

  #checkOrder(wanted: readonly ConversationId[]): void {
    const highest = [...this.#heads.keys()].reduce((a, b) => (a > b ? a : b), '');
    if (wanted.some((id) => id < highest)) throw new StoreDefect('heads are locked out of order');
  }

  #changed(): HeldHead[] {
    return [...this.#heads.values()].filter((head) => head.changed);
  }

  #held(conversationId: ConversationId): HeldHead {
    const head = this.#heads.get(conversationId);
    if (head === undefined) throw new StoreDefect('a head is used without its lock');
    return head;
  }
}
