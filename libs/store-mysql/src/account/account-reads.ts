import type { AppId, UserId } from '@queqiao/domain';
import type { Selectable } from 'kysely';
import type { AccountRecord, Ban } from '../ban-types.js';
import type { BansTable } from '../schema/user-state.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';
import { ACCOUNT_COLUMNS, toAccount } from './account-rows.js';

/** Users of one look-up. */
export const ACCOUNTS_LOOKUP_MAX = 500;

export type BanRow = Omit<Selectable<BansTable>, 'app_id'>;

export function toBan({ user_id, until_ms, reason, banned_ms }: BanRow): Ban {
  const untilMs = until_ms === Number.MAX_SAFE_INTEGER ? 0 : until_ms;
  return { userId: user_id, untilMs, reason, bannedMs: banned_ms };
}

export async function readAccounts(
  { kysely }: StoreContext,
  appId: AppId,
  userIds: readonly UserId[],
): Promise<AccountRecord[]> {
  if (userIds.length > ACCOUNTS_LOOKUP_MAX) {
    throw new RangeError(`at most ACCOUNTS_LOOKUP_MAX (${ACCOUNTS_LOOKUP_MAX}) users`);
  }
  if (userIds.length === 0) return [];
  const ids = [...new Set(userIds)];
  const [rows, bans] = await Promise.all([
    kysely
      .selectFrom('users')
      .select([...ACCOUNT_COLUMNS, 'created_ms'])
      .where('app_id', '=', appId)
      .where('user_id', 'in', ids)
      .execute(),
    kysely
      .selectFrom('bans')
      .select(['user_id', 'until_ms', 'reason', 'banned_ms'])
      .where('app_id', '=', appId)
      .where('user_id', 'in', ids)
      .where('until_ms', '>', DATABASE_NOW)
      .execute(),
  ]);
  const banned = new Map(bans.map((row) => [row.user_id, toBan(row)]));
  return rows.map((row) => ({
    account: toAccount(row),
    createdMs: row.created_ms,
    ban: banned.get(row.user_id) ?? null,
  }));
}
