import type { AppId, ConversationId } from '@queqiao/domain';
import { sql, type InsertQueryBuilder, type InsertResult, type Transaction } from 'kysely';
import type { ConversationMode } from '../append-types.js';
import { lockHeads } from '../append/append-reads.js';
import type { LockedHead } from '../append/number-batch.js';
import { LOG_MAX_HEADS } from '../log-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';
import { incoming } from '../upsert.js';

/** A head that this transaction holds, counted forward as entries are added. */
export interface HeldHead extends LockedHead {
  readonly conversationId: ConversationId;
  lastSeq: number;
  lastOrdinal: number;
  shownSeq: number;
  memberVersion: number;
  leaveVersion: number;
  mode: ConversationMode;
  flags: number;
  /** 0: nothing that a list shows was added. */
  activeMs: number;
  /** Its row has to be written. */
  changed: boolean;
}

export interface HeadRow {
  conversation_id: ConversationId;
  last_seq: number;
  last_ordinal: number;
  shown_seq: number;
  member_version: number;
  leave_version: number;
  mode: ConversationMode;
  flags: number;
  now_ms: number;
}

/** Locks those of the heads that exist, in the order of their keys. */
export async function lockLogHeads(
  trx: Transaction<Schema>,
  appId: AppId,
  conversationIds: readonly ConversationId[],
): Promise<Map<ConversationId, HeldHead>> {
  if (conversationIds.length === 0) return new Map();
  const statement = lockingHeads(appId, conversationIds);
  const { rows } = await sql<HeadRow>`${sql.raw(statement)}`.execute(trx);
  return heldHeads(rows);
}

/** The statement of it, for at least one. */
export function lockingHeads(appId: AppId, conversationIds: readonly ConversationId[]): string {
  if (conversationIds.length > LOG_MAX_HEADS) {
    throw new RangeError(`at most LOG_MAX_HEADS (${LOG_MAX_HEADS}) heads`);
  }
  const wanted = [...new Set(conversationIds)].sort((a, b) => (a < b ? -1 : 1));
  const keys = wanted.map((conversationId) => ({ appId, conversationId }));
  return lockHeads(keys, false);
}

export function heldHeads(rows: readonly HeadRow[]): Map<ConversationId, HeldHead> {
  return new Map(rows.map((row) => [row.conversation_id, held(row)]));
}

/** Its row is written like those of others at the end; until then nobody else sees it. */
export async function insertLogHead(
  trx: Transaction<Schema>,
  appId: AppId,
  conversationId: ConversationId,
): Promise<HeldHead> {
  const { rows } = await sql<{ now_ms: number }>`SELECT ${DATABASE_NOW} AS now_ms`.execute(trx);
  const key = { app_id: appId, conversation_id: conversationId };
  await trx.insertInto('conversations').values(key).execute();
  const fresh = { last_seq: 0, last_ordinal: 0, shown_seq: 0, member_version: 0, leave_version: 0 };
  const now_ms = rows[0]?.now_ms ?? 0;
  const row = {
    conversation_id: conversationId,
    ...fresh,
    mode: 'routed',
    flags: 0,
    now_ms,
  } as const;
  return { ...held(row), changed: true };
}

function held(row: HeadRow): HeldHead {
  return {
    conversationId: row.conversation_id,
    lastSeq: row.last_seq,
    lastOrdinal: row.last_ordinal,
    shownSeq: row.shown_seq,
    memberVersion: row.member_version,
    leaveVersion: row.leave_version,
    mode: row.mode,
    flags: row.flags,
    nowMs: row.now_ms,
    activeMs: 0,
    changed: false,
  };
}

/** The rows exist and are locked, so this only ever updates. For at least one head. */
export function writingHeads(
  trx: Transaction<Schema>,
  appId: AppId,
  heads: readonly HeldHead[],
): InsertQueryBuilder<Schema, 'conversations', InsertResult> {
  return trx
    .insertInto('conversations')
    .values(
      heads.map((head) => ({
        app_id: appId,
        conversation_id: head.conversationId,
        last_seq: head.lastSeq,
        last_ordinal: head.lastOrdinal,
        shown_seq: head.shownSeq,
        member_version: head.memberVersion,
        leave_version: head.leaveVersion,
        mode: head.mode,
        flags: head.flags,
        active_ms: head.activeMs,
      })),
    )
    .onDuplicateKeyUpdate({
      last_seq: incoming<number>('last_seq'),
      last_ordinal: incoming<number>('last_ordinal'),
      shown_seq: incoming<number>('shown_seq'),
      member_version: incoming<number>('member_version'),
      leave_version: incoming<number>('leave_version'),
      mode: incoming<ConversationMode>('mode'),
      flags: incoming<number>('flags'),
      active_ms: sql<number>`GREATEST(active_ms, VALUES(active_ms))`,
    });
}
