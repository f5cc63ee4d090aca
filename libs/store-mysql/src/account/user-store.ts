import type { AppId, UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import type {
  AccountPlan,
  NameSearch,
  UserAccount,
  UserProfile,
  UserStore,
  UpsertWork,
  UserUpsert,
} from '../account-types.js';
import type { LogEntry, LogWork } from '../log-types.js';
import { refuseErased } from '../erasure/erasure-rows.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { ACCOUNT_COLUMNS, PROFILE_COLUMNS, toAccount, toProfile } from './account-rows.js';
import { changeAccount } from './change-account.js';
import { findByName, findExactly } from './search-users.js';
import { upsertUsers } from './upsert-users.js';

/** Users of one upsert. */
export const UPSERT_MAX_USERS = 500;
/** Ids of one look-up. */
export const LOOKUP_MAX_USERS = 1_000;
/** Users of one page of a search. */
export const SEARCH_MAX_USERS = 100;

export class MysqlUserStore implements UserStore {
  constructor(private readonly context: StoreContext) {}

  upsert(
    work: UpsertWork,
    users: readonly UserUpsert[],
    entryOf: (account: UserAccount) => LogEntry,
  ) {
    atMost(users.length, UPSERT_MAX_USERS, 'UPSERT_MAX_USERS');
    return upsertUsers(this.context, work, users, entryOf);
  }

  change<T>(
    input: LogWork & { readonly userId: UserId },
    decide: (account: UserAccount) => AccountPlan<T>,
  ) {
    return changeAccount(this.context, input, decide);
  }

  async existing(appId: AppId, userIds: readonly UserId[]): Promise<Set<UserId>> {
    atMost(userIds.length, LOOKUP_MAX_USERS, 'LOOKUP_MAX_USERS');
    if (userIds.length === 0) return new Set();
    const rows = await this.context.kysely
      .selectFrom('users')
      .select('users.user_id')
      .where('users.app_id', '=', appId)
      .where('users.user_id', 'in', [...new Set(userIds)])
      // Who is being erased is gone for everybody.
      .where(
        sql<boolean>`NOT EXISTS (SELECT 1 FROM erasures WHERE erasures.app_id = ${appId} AND erasures.user_id = users.user_id)`,
      )
      .execute();
    return new Set(rows.map((row) => row.user_id));
  }

  async profiles(appId: AppId, userIds: readonly UserId[]): Promise<UserProfile[]> {
    atMost(userIds.length, LOOKUP_MAX_USERS, 'LOOKUP_MAX_USERS');
    if (userIds.length === 0) return [];
    const rows = await this.context.kysely
      .selectFrom('users')
      .select(PROFILE_COLUMNS)
      .where('app_id', '=', appId)
      .where('user_id', 'in', [...new Set(userIds)])
      .execute();
    return rows.map(toProfile);
  }

  async account(appId: AppId, userId: UserId): Promise<UserAccount | null> {
    const row = await this.context.kysely
      .selectFrom('users')
      .select(ACCOUNT_COLUMNS)
      .where('app_id', '=', appId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row === undefined ? null : toAccount(row);
  }

  findExactly(appId: AppId, searcher: UserId, query: string) {
    return findExactly(this.context, appId, searcher, query);
  }

  async findByName(appId: AppId, search: NameSearch) {
    atMost(search.limit, SEARCH_MAX_USERS, 'SEARCH_MAX_USERS');
    return findByName(this.context, appId, search);
  }

  async ensure(appId: AppId, userId: UserId): Promise<boolean> {
    // Looked up first: an INSERT that finds its row would still lock it, at every sign-in.
    if ((await this.existing(appId, [userId])).has(userId)) return false;
    await refuseErased(this.context.kysely, appId, [{ userId }]);
    const result = await retrying(this.context, () =>
      this.context.kysely
        .insertInto('users')
        .ignore()
        .values({
          app_id: appId,
          user_id: userId,
          created_ms: DATABASE_NOW,
          updated_ms: DATABASE_NOW,
        })
        .executeTakeFirst(),
    );
    return result.numInsertedOrUpdatedRows === 1n;
  }
}

function atMost(count: number, limit: number, name: string): void {
  if (count > limit) throw new RangeError(`at most ${name} (${limit}) users`);
}
