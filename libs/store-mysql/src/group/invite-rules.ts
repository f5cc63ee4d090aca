import type { AppId, UserId, UserSettings } from '@queqiao/domain';
import { sql, type RawBuilder } from 'kysely';
import type { InviteRule } from '../group-request-types.js';
import type { StoreContext } from '../store-context.js';

interface RuleRow {
  user_id: UserId;
  settings: UserSettings | null;
  /** Null: has not blocked the inviter. */
  blocked: number | null;
  friend: number | null;
}

/** Settings of each, and what each thinks of the inviter, by primary keys. */
export function inviteRuleRows(
  appId: AppId,
  inviterId: UserId,
  userIds: readonly UserId[],
): RawBuilder<RuleRow> {
  return sql<RuleRow>`SELECT STRAIGHT_JOIN u.user_id, u.settings, b.created_ms AS blocked, f.active AS friend
    FROM users u FORCE INDEX (PRIMARY)
    LEFT JOIN blocks b FORCE INDEX (PRIMARY)
    ON b.app_id = u.app_id AND b.user_id = u.user_id AND b.blocked_id = ${inviterId}
    LEFT JOIN friends f FORCE INDEX (PRIMARY)
    ON f.app_id = u.app_id AND f.user_id = u.user_id AND f.friend_id = ${inviterId}
    WHERE u.app_id = ${appId} AND u.user_id IN (${sql.join([...userIds])})`;
}

export async function readInviteRules(
  { kysely }: StoreContext,
  appId: AppId,
  inviterId: UserId,
  userIds: readonly UserId[],
): Promise<Map<UserId, InviteRule>> {
  if (userIds.length === 0) return new Map();
  const { rows } = await inviteRuleRows(appId, inviterId, userIds).execute(kysely);
  return new Map(rows.map((row) => [row.user_id, ruleOf(row)]));
}

function ruleOf({ settings, blocked, friend }: RuleRow): InviteRule {
  if (blocked !== null) return 'no';
  switch (settings?.invite ?? 'anyone') {
    case 'anyone':
      return 'at-once';
    case 'friends':
      return friend === 1 ? 'at-once' : 'ask';
    case 'ask':
      return 'ask';
    case 'nobody':
      return 'no';
  }
}
