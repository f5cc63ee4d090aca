import type { AppId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import type { AppSettingsInput } from '../app-settings.js';
import type { Schema } from '../schema/schema.js';

/**
 * To be called where settings change, with the app's row locked. Of what happened while events were off nothing is written, so where
 * they are turned on again a position is left out: readers from before it are told when they come to it. The first time there are none.
 */
export async function markEventsOn(
  trx: Transaction<Schema>,
  appId: AppId,
  before: AppSettingsInput,
  after: AppSettingsInput,
): Promise<void> {
  if (before.events === true || after.events !== true) return;
  await trx
    .insertInto('app_event_heads')
    .values({ app_id: appId, last_position: 0, floor_position: 0 })
    .onDuplicateKeyUpdate({
      // In this order: the second one changes what the first one reads.
      floor_position: sql<number>`last_position + 1`,
      last_position: sql<number>`last_position + 1`,
    })
    .execute();
}
