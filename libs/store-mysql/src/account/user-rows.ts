import type { AppId, UserId } from '@queqiao/domain';
import type { Transaction } from 'kysely';
import type { Schema } from '../schema/schema.js';

export async function hasUser(
  trx: Transaction<Schema>,
  appId: AppId,
  userId: UserId,
): Promise<boolean> {
  const row = await trx
    .selectFrom('users')
    .select('user_id')
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}
