import type { AppId, UserId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema/schema.js';

/** Who is being erased is gone for everybody. */
export async function hasUser(
  trx: Transaction<Schema>,
  appId: AppId,
  userId: UserId,
): Promise<boolean> {
  const row = await trx
    .selectFrom('users')
    .select('users.user_id')
    .where('users.app_id', '=', appId)
    .where('users.user_id', '=', userId)
    .where(
      sql<boolean>`NOT EXISTS (SELECT 1 FROM erasures WHERE erasures.app_id = ${appId} AND erasures.user_id = ${userId})`,
    )
    .executeTakeFirst();
  return row !== undefined;
}
