import type { AppId, UserId } from '@queqiao/domain';
import type { Selectable, Transaction } from 'kysely';
import type { UserProfile, UserStore, UserUpsert } from '../account-types.js';
import type { Schema } from '../schema/schema.js';
import type { UsersTable } from '../schema/users.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { incoming } from '../upsert.js';

/** Users of one upsert. */
export const UPSERT_MAX_USERS = 500;
/** Ids of one look-up. */
export const LOOKUP_MAX_USERS = 1_000;

export const PROFILE_COLUMNS = [
  'user_id',
  'nickname',
  'avatar_url',
  'gender',
  'signature',
  'extra',
  'updated_ms',
] as const;

export function toProfile(
  row: Pick<Selectable<UsersTable>, (typeof PROFILE_COLUMNS)[number]>,
): UserProfile {
  return {
    userId: row.user_id,
    nickname: row.nickname,
    avatarUrl: row.avatar_url,
    gender: row.gender,
    signature: row.signature,
    extra: row.extra,
    updatedMs: row.updated_ms,
  };
}

export class MysqlUserStore implements UserStore {
  constructor(private readonly context: StoreContext) {}

  upsert(
    appId: AppId,
    users: readonly UserUpsert[],
  ): Promise<{ created: number; updated: number }> {
    atMost(users.length, UPSERT_MAX_USERS, 'UPSERT_MAX_USERS');
    const merged = mergeByUser(users);
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute(async (trx) => {
        const ids = merged.map((user) => user.userId);
        const known = (await findIds(trx, appId, ids)).size;
        for (const group of groupByFields(merged)) await upsertGroup(trx, appId, group);
        return { created: merged.length - known, updated: known };
      }),
    );
  }

  existing(appId: AppId, userIds: readonly UserId[]): Promise<Set<UserId>> {
    atMost(userIds.length, LOOKUP_MAX_USERS, 'LOOKUP_MAX_USERS');
    return findIds(this.context.kysely, appId, userIds);
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

  async ensure(appId: AppId, userId: UserId): Promise<boolean> {
    // Looked up first: an INSERT that finds its row would still lock it, at every sign-in.
    if ((await this.existing(appId, [userId])).has(userId)) return false;
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

async function findIds(
  trx: Pick<Transaction<Schema>, 'selectFrom'>,
  appId: AppId,
  userIds: readonly UserId[],
): Promise<Set<UserId>> {
  if (userIds.length === 0) return new Set();
  const rows = await trx
    .selectFrom('users')
    .select('user_id')
    .where('app_id', '=', appId)
    .where('user_id', 'in', [...new Set(userIds)])
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

/** One line per user in the order of ids, which is the order in which rows are locked. */
function mergeByUser(users: readonly UserUpsert[]): UserUpsert[] {
  const merged = new Map<UserId, UserUpsert>();
  for (const { userId, nickname, avatarUrl } of users) {
    const before = merged.get(userId);
    merged.set(userId, {
      userId,
      nickname: nickname ?? before?.nickname,
      avatarUrl: avatarUrl ?? before?.avatarUrl,
    });
  }
  return [...merged.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
}

/** Users that set the same fields: what one statement can write without touching what was left out. */
function groupByFields(users: readonly UserUpsert[]): UserUpsert[][] {
  const groups = new Map<string, UserUpsert[]>();
  for (const user of users) {
    const key = `${user.nickname !== undefined}/${user.avatarUrl !== undefined}`;
    groups.set(key, [...(groups.get(key) ?? []), user]);
  }
  return [...groups.values()];
}

async function upsertGroup(
  trx: Transaction<Schema>,
  appId: AppId,
  users: readonly UserUpsert[],
): Promise<void> {
  const [sample] = users;
  if (sample === undefined) return;
  const withName = sample.nickname !== undefined;
  const withAvatar = sample.avatarUrl !== undefined;
  await trx
    .insertInto('users')
    .values(
      users.map((user) => ({
        app_id: appId,
        user_id: user.userId,
        ...(withName ? { nickname: user.nickname ?? '' } : {}),
        ...(withAvatar ? { avatar_url: user.avatarUrl ?? '' } : {}),
        created_ms: DATABASE_NOW,
        updated_ms: DATABASE_NOW,
      })),
    )
    .onDuplicateKeyUpdate({
      ...(withName ? { nickname: incoming<string>('nickname') } : {}),
      ...(withAvatar ? { avatar_url: incoming<string>('avatar_url') } : {}),
      updated_ms: incoming<number>('updated_ms'),
    })
    .execute();
}

function atMost(count: number, limit: number, name: string): void {
  if (count > limit) throw new RangeError(`at most ${name} (${limit}) users`);
}
