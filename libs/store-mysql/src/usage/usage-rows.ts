import type { AppId } from '@queqiao/domain';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema/schema.js';
import type { AppUsage } from '../usage-types.js';

export const USAGE_COUNTS = ['user_count', 'group_count', 'entry_count', 'counted_ms'] as const;

export function toUsage(row: {
  readonly user_count: number | null;
  readonly group_count: number | null;
  readonly entry_count: number | null;
  readonly counted_ms: number | null;
}): AppUsage {
  return {
    users: row.user_count ?? 0,
    groups: row.group_count ?? 0,
    entries: row.entry_count ?? 0,
    countedMs: row.counted_ms ?? 0,
  };
}

/** Of a new app; counted first at once. */
export async function beginUsage(kysely: Kysely<Schema>, appId: AppId): Promise<void> {
  await kysely.insertInto('app_usage').ignore().values({ app_id: appId }).execute();
}

/** For a quota that was set: an app without one is counted less often. A count under way goes on. */
export async function countSoon(kysely: Kysely<Schema>, appId: AppId): Promise<void> {
  await kysely
    .updateTable('app_usage')
    .set({ due_ms: 0 })
    .where('app_id', '=', appId)
    .where('owner', '=', '')
    .execute();
}
