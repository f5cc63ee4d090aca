import { DomainError, type AppId, type UserId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import type { UserAccount } from '../account-types.js';
import type { Query } from '../connection/round-trips.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { Schema } from '../schema/schema.js';
import { incoming } from '../upsert.js';
import { ACCOUNT_COLUMNS, searchableName, toAccount, type AccountRow } from './account-rows.js';

export interface AccountChange {
  readonly before: UserAccount;
  readonly after: UserAccount;
  /** How an error names the handle. */
  readonly handleField: string;
}

/** Locks the rows of users in the order of their keys; unknown ones are left out. */
export async function lockAccounts(
  trx: Transaction<Schema>,
  appId: AppId,
  userIds: readonly UserId[],
): Promise<Map<UserId, UserAccount>> {
  if (userIds.length === 0) return new Map();
  const columns = sql.join(ACCOUNT_COLUMNS.map((name) => sql.ref(name)));
  const { rows } = await sql<AccountRow>`
    SELECT ${columns} FROM users FORCE INDEX (PRIMARY) WHERE app_id = ${appId}
    AND user_id IN (${sql.join([...userIds])}) ORDER BY user_id FOR UPDATE`.execute(trx);
  return new Map(rows.map((row) => [row.user_id, toAccount(row)]));
}

/**
 * Writes rows that are locked: handles at once, the rest at the end. Throws ALREADY_EXISTS naming the field of a handle that somebody
 * else has.
 */
export async function writeAccounts(
  tx: LogTransaction,
  changes: readonly AccountChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const { trx, appId } = tx;
  tx.putOff(writeRows(trx, appId, changes));
  const moved = changes.filter(({ before, after }) => before.handle !== after.handle);
  await freeHandles(trx, appId, moved);
  await takeHandles(
    trx,
    appId,
    moved.filter(({ after }) => after.handle !== ''),
  );
}

/** The rows exist, so this only ever updates. Handles are left out: by them it would find rows of others. */
function writeRows(
  trx: Transaction<Schema>,
  appId: AppId,
  changes: readonly AccountChange[],
): Query {
  return trx
    .insertInto('users')
    .values(
      changes.map(({ after: { profile, settings } }) => ({
        app_id: appId,
        user_id: profile.userId,
        nickname: profile.nickname,
        avatar_url: profile.avatarUrl,
        gender: profile.gender,
        signature: profile.signature,
        extra: profile.extra,
        settings: Object.keys(settings).length === 0 ? null : JSON.stringify(settings),
        searchable_name: searchableName(profile.nickname, settings),
        created_ms: profile.updatedMs,
        updated_ms: profile.updatedMs,
      })),
    )
    .onDuplicateKeyUpdate({
      nickname: incoming<string>('nickname'),
      avatar_url: incoming<string>('avatar_url'),
      gender: incoming<number>('gender'),
      signature: incoming<string>('signature'),
      extra: incoming<string>('extra'),
      settings: incoming<string>('settings'),
      searchable_name: incoming<string>('searchable_name'),
      updated_ms: incoming<number>('updated_ms'),
    });
}

/** Before any is taken, so that users may swap theirs. */
async function freeHandles(
  trx: Transaction<Schema>,
  appId: AppId,
  moved: readonly AccountChange[],
): Promise<void> {
  const ids = moved.flatMap(({ before }) => (before.handle === '' ? [] : [before.profile.userId]));
  if (ids.length === 0) return;
  await trx
    .updateTable('users')
    .set({ handle: null })
    .where('app_id', '=', appId)
    .where('user_id', 'in', ids)
    .execute();
}

/** Of two transactions that take one handle the second meets a duplicate key, runs again and is refused here. */
async function takeHandles(
  trx: Transaction<Schema>,
  appId: AppId,
  taking: readonly AccountChange[],
): Promise<void> {
  if (taking.length === 0) return;
  const owned = await trx
    .selectFrom('users')
    .select('handle')
    .where('app_id', '=', appId)
    .where(
      'handle',
      'in',
      taking.map(({ after }) => after.handle),
    )
    .execute();
  const taken = new Set(owned.map(({ handle }) => handle));
  for (const { after, handleField } of taking) {
    if (taken.has(after.handle)) {
      throw new DomainError('ALREADY_EXISTS', 'the handle is taken', { field: handleField });
    }
    taken.add(after.handle);
  }
  const cases = taking.map(({ after }) => sql`WHEN ${after.profile.userId} THEN ${after.handle}`);
  await trx
    .updateTable('users')
    .set({ handle: sql<string>`CASE user_id ${sql.join(cases, sql` `)} END` })
    .where('app_id', '=', appId)
    .where(
      'user_id',
      'in',
      taking.map(({ after }) => after.profile.userId),
    )
    .execute();
}
