import { isHandle, isId, type AppId, type UserId } from '@queqiao/domain';
import type { FoundUser, NameCursor, NameSearch } from '../account-types.js';
import { beginningWith } from '../sql-pattern.js';
import { select, type StoreContext } from '../store-context.js';
import {
  ACCOUNT_COLUMNS,
  toAccount,
  toProfile,
  type AccountRow,
  type ProfileRow,
} from './account-rows.js';

const COLUMNS = ACCOUNT_COLUMNS.map((name) => `u.${name}`).join(', ');

/** Whoever is blocked by a user does not find that user. */
const NOT_BLOCKED =
  'LEFT JOIN blocks b FORCE INDEX (PRIMARY) ON b.app_id = u.app_id AND b.user_id = u.user_id AND b.blocked_id = ?';

/** One user by a key that stands for ?, by primary key or by the unique one of handles. */
export const FIND_BY_ID_SQL = `SELECT ${COLUMNS} FROM users u ${NOT_BLOCKED} WHERE u.app_id = ? AND u.user_id = ? AND b.user_id IS NULL`;
export const FIND_BY_HANDLE_SQL = `SELECT ${COLUMNS} FROM users u ${NOT_BLOCKED} WHERE u.app_id = ? AND u.handle = ? AND b.user_id IS NULL`;

const BY_NAME =
  `SELECT ${COLUMNS}, u.searchable_name FROM users u FORCE INDEX (users_by_name) ${NOT_BLOCKED} ` +
  'WHERE u.app_id = ? AND u.searchable_name LIKE ? AND b.user_id IS NULL';
const IN_ORDER = ' ORDER BY u.searchable_name, u.user_id LIMIT ?';

/** Both walk the index of names from one place on, and stop after so many rows. */
export const FIRST_BY_NAME_SQL = BY_NAME + IN_ORDER;
export const NEXT_BY_NAME_SQL = `${BY_NAME} AND u.searchable_name >= ? AND (u.searchable_name > ? OR u.user_id > ?)${IN_ORDER}`;

/** Users that have exactly this id or handle, and allow to be found by it. */
export async function findExactly(
  context: StoreContext,
  appId: AppId,
  searcher: UserId,
  query: string,
): Promise<FoundUser[]> {
  // Other texts are not even compared: the columns hold ASCII, and no index would be used.
  const values = [searcher, appId, query];
  const find = (sql: string) => select<AccountRow>(context, 'find user', sql, values);
  const byId = isId(query) ? await find(FIND_BY_ID_SQL) : [];
  const byHandle = isHandle(query) ? await find(FIND_BY_HANDLE_SQL) : [];
  const found: FoundUser[] = [];
  for (const { profile, settings } of byId.map(toAccount)) {
    if (settings.hideFromIdSearch !== true) found.push({ profile, by: 'id' });
  }
  for (const { profile, settings } of byHandle.map(toAccount)) {
    const again = found.some((other) => other.profile.userId === profile.userId);
    if (settings.hideFromHandleSearch !== true && !again) found.push({ profile, by: 'handle' });
  }
  return found;
}

export async function findByName(
  context: StoreContext,
  appId: AppId,
  search: NameSearch,
): Promise<{ users: FoundUser[]; next: NameCursor | null }> {
  const { searcher, prefix, after, limit } = search;
  const values = [searcher, appId, beginningWith(prefix)];
  type Row = ProfileRow & { searchable_name: string };
  const rows =
    after === null
      ? await select<Row>(context, 'find name', FIRST_BY_NAME_SQL, [...values, limit])
      : await select<Row>(context, 'find name', NEXT_BY_NAME_SQL, [
          ...values,
          after.name,
          after.name,
          after.userId,
          limit,
        ]);
  const last = rows.length < limit ? undefined : rows.at(-1);
  return {
    users: rows.map((row) => ({ profile: toProfile(row), by: 'nickname' })),
    next: last === undefined ? null : { name: last.searchable_name, userId: last.user_id },
  };
}
