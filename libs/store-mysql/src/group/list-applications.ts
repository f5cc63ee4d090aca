import {
  groupConversationId,
  type AppId,
  type ConversationId,
  type GroupId,
  type UserId,
} from '@queqiao/domain';
import { sql, type RawBuilder } from 'kysely';
import type { ApplicationRecord, GroupRequestPage, RequestPlace } from '../group-request-types.js';
import type { StoreContext } from '../store-context.js';
import { toApplication, type ApplicationRow } from './application-rows.js';
import { ENDED, governed } from './unread-requests.js';

/** Requests of one page. */
export const REQUESTS_MAX_PAGE = 100;

/** Behind a place of the list: newest change first, of several of one time the highest group, then the highest user first. */
interface Bound {
  readonly updatedMs: number;
  /** Of those at `updatedMs` only users below; empty: none of them. */
  readonly userId: string;
}

const UNBOUND: Bound = { updatedMs: Number.MAX_SAFE_INTEGER, userId: '' };

/** Applications to one group, by the index of updates, from its end. */
export function applicationsOfGroup(
  appId: AppId,
  conversationId: ConversationId,
  { updatedMs, userId }: Bound,
  limit: number,
): RawBuilder<ApplicationRow> {
  return sql<ApplicationRow>`SELECT a.* FROM group_applications a FORCE INDEX (group_applications_by_update)
    WHERE a.app_id = ${appId} AND a.conversation_id = ${conversationId} AND a.updated_ms <= ${updatedMs}
    AND (a.updated_ms < ${updatedMs} OR a.user_id < ${userId})
    ORDER BY a.updated_ms DESC, a.user_id DESC LIMIT ${limit}`;
}

/** Applications of one user, by the index of the user's. */
export function applicationsOfUser(
  appId: AppId,
  userId: UserId,
  { after, limit }: GroupRequestPage,
): RawBuilder<ApplicationRow> {
  const from =
    after === null
      ? sql``
      : sql`AND (a.updated_ms < ${after.updatedMs} OR (a.updated_ms = ${after.updatedMs}
          AND a.conversation_id < ${groupConversationId(after.groupId)}))`;
  return sql<ApplicationRow>`SELECT STRAIGHT_JOIN a.*, ${ENDED} FROM group_applications a
    FORCE INDEX (group_applications_by_user)
    JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = a.app_id AND c.conversation_id = a.conversation_id
    WHERE a.app_id = ${appId} AND a.user_id = ${userId} ${from}
    ORDER BY a.updated_ms DESC, a.conversation_id DESC LIMIT ${limit}`;
}

/**
 * Of the groups that a user governs those that changed last, before the end of the page before: for each the index is walked
 * from its end to the first that was not shown. The order names all of the index, or MySQL sorts. A page of so many
 * applications holds none to any other group.
 */
export function busiestGroups(
  appId: AppId,
  userId: UserId,
  { after, limit }: GroupRequestPage,
): RawBuilder<{ conversation_id: ConversationId }> {
  const before = after === null ? sql`` : sql`AND ${isBehind(after)}`;
  return sql`SELECT STRAIGHT_JOIN m.conversation_id, (
      SELECT a.updated_ms FROM group_applications a FORCE INDEX (group_applications_by_update)
      WHERE a.app_id = m.app_id AND a.conversation_id = m.conversation_id ${before}
      ORDER BY a.app_id DESC, a.conversation_id DESC, a.updated_ms DESC, a.user_id DESC LIMIT 1) AS newest_ms
    FROM members m FORCE INDEX (PRIMARY)
    JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id
    WHERE ${governed(appId, userId)} HAVING newest_ms IS NOT NULL
    ORDER BY newest_ms DESC, m.conversation_id DESC LIMIT ${limit}`;
}

function isBehind({ updatedMs, groupId, userId }: RequestPlace): RawBuilder<boolean> {
  const last = groupConversationId(groupId);
  return sql`a.updated_ms <= ${updatedMs} AND (a.updated_ms < ${updatedMs} OR a.conversation_id < ${last}
    OR (a.conversation_id = ${last} AND a.user_id < ${userId}))`;
}

export async function listApplicationsTo(
  { kysely }: StoreContext,
  appId: AppId,
  groupId: GroupId,
  { after, limit }: GroupRequestPage,
): Promise<ApplicationRecord[]> {
  const conversationId = groupConversationId(groupId);
  const bound = after === null ? UNBOUND : boundIn(conversationId, after);
  const { rows } = await applicationsOfGroup(appId, conversationId, bound, limit).execute(kysely);
  return rows.map(toApplication);
}

/** Two statements however many groups there are. */
export async function listApplicationsFor(
  { kysely }: StoreContext,
  appId: AppId,
  userId: UserId,
  page: GroupRequestPage,
): Promise<ApplicationRecord[]> {
  const groups = await busiestGroups(appId, userId, page).execute(kysely);
  if (groups.rows.length === 0) return [];
  const { after, limit } = page;
  const branches = groups.rows.map(({ conversation_id: conversationId }) => {
    const bound = after === null ? UNBOUND : boundIn(conversationId, after);
    return sql`(${applicationsOfGroup(appId, conversationId, bound, limit)})`;
  });
  const union = sql<ApplicationRow>`${sql.join(branches, sql` UNION ALL `)}`;
  const { rows } = await union.execute(kysely);
  return rows.map(toApplication).sort(newestFirst).slice(0, limit);
}

function boundIn(conversationId: ConversationId, after: RequestPlace): Bound {
  const last = groupConversationId(after.groupId);
  if (conversationId === last) return { updatedMs: after.updatedMs, userId: after.userId };
  // Groups behind the last one at that time are still to come, those before it were shown.
  const updatedMs = conversationId < last ? after.updatedMs + 1 : after.updatedMs;
  return { updatedMs, userId: '' };
}

function newestFirst(a: ApplicationRecord, b: ApplicationRecord): number {
  return (
    b.updatedMs - a.updatedMs || descending(a.groupId, b.groupId) || descending(a.userId, b.userId)
  );
}

function descending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
