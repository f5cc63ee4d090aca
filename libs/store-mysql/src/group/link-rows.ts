import { groupConversationId, type AppId, type ConversationId } from '@queqiao/domain';
import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import type { JoinLinkRecord } from '../group-request-types.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { JoinLinksTable } from '../schema/groups.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';
import { groupIdOf } from './group-rows.js';

/** Links of one group that are good at a time: what a list shows. */
export const JOIN_LINKS_MAX = 100;

export type LinkRow = Selectable<JoinLinksTable>;

export function toLink(row: LinkRow): JoinLinkRecord {
  return {
    token: row.token,
    groupId: groupIdOf(row.conversation_id),
    creatorId: row.creator_id,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    maxUses: row.max_uses,
    uses: row.uses,
    revoked: row.revoked_ms !== null,
  };
}

/** Leads somewhere: not revoked, not expired, not used up. */
function good(nowMs: number | RawBuilder<number>): RawBuilder<boolean> {
  return sql`(revoked_ms IS NULL AND (expires_ms = 0 OR expires_ms > ${nowMs})
    AND (max_uses = 0 OR uses < max_uses))`;
}

export async function readLink(
  db: Kysely<Schema>,
  appId: AppId,
  token: string,
): Promise<JoinLinkRecord | null> {
  const row = await db
    .selectFrom('join_links')
    .selectAll()
    .where('app_id', '=', appId)
    .where('token', '=', token)
    .executeTakeFirst();
  return row === undefined ? null : toLink(row);
}

export function linkByToken(appId: AppId, token: string): RawBuilder<LinkRow & { good: number }> {
  return sql`SELECT join_links.*, ${good(DATABASE_NOW)} AS good FROM join_links
    WHERE app_id = ${appId} AND token = ${token}`;
}

export async function countGoodLinks(
  db: Kysely<Schema>,
  appId: AppId,
  conversationId: ConversationId,
  nowMs: number,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT COUNT(*) AS count FROM join_links FORCE INDEX (join_links_by_group)
    WHERE app_id = ${appId} AND conversation_id = ${conversationId} AND ${good(nowMs)}`.execute(db);
  return rows[0]?.count ?? 0;
}

export function goodLinks(appId: AppId, conversationId: ConversationId): RawBuilder<LinkRow> {
  return sql<LinkRow>`SELECT * FROM join_links FORCE INDEX (join_links_by_group)
    WHERE app_id = ${appId} AND conversation_id = ${conversationId} AND ${good(DATABASE_NOW)}
    ORDER BY created_ms DESC LIMIT ${JOIN_LINKS_MAX}`;
}

/** What a group keeps stays bounded, because every new link takes the place of those that are good no more. */
export function insertLink(tx: LogTransaction, link: JoinLinkRecord): void {
  const { appId, nowMs } = tx;
  const conversationId = groupConversationId(link.groupId);
  tx.putOff(sql`DELETE FROM join_links WHERE app_id = ${appId} AND conversation_id = ${conversationId}
    AND NOT ${good(nowMs)}`);
  tx.putOff(
    tx.trx.insertInto('join_links').values({
      app_id: appId,
      token: link.token,
      conversation_id: conversationId,
      creator_id: link.creatorId,
      created_ms: link.createdMs,
      expires_ms: link.expiresMs,
      max_uses: link.maxUses,
    }),
  );
}

export function revokeLink(tx: LogTransaction, token: string): void {
  const { appId, nowMs } = tx;
  tx.putOff(
    tx.trx
      .updateTable('join_links')
      .set({ revoked_ms: nowMs })
      .where('app_id', '=', appId)
      .where('token', '=', token),
  );
}

export function takeLink(tx: LogTransaction, token: string): void {
  const { appId } = tx;
  tx.putOff(
    tx.trx
      .updateTable('join_links')
      .set({ uses: sql<number>`uses + 1` })
      .where('app_id', '=', appId)
      .where('token', '=', token),
  );
}
