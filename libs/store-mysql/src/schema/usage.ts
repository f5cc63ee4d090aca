import type { AppId } from '@queqiao/domain';
import type { Generated } from 'kysely';
import type { UsagePhase } from '../usage-types.js';

export interface AppUsageTable {
  app_id: AppId;
  user_count: Generated<number>;
  group_count: Generated<number>;
  entry_count: Generated<number>;
  counted_ms: Generated<number>;
  phase: Generated<UsagePhase>;
  done_to: Generated<string>;
  users_so_far: Generated<number>;
  groups_so_far: Generated<number>;
  entries_so_far: Generated<number>;
  owner: Generated<string>;
  due_ms: Generated<number>;
  attempts: Generated<number>;
}
