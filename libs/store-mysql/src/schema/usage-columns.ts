import type { Columns } from './column-kinds.js';

export const USAGE_COLUMNS = {
  app_usage: {
    app_id: 'string',
    user_count: 'number',
    group_count: 'number',
    entry_count: 'number',
    counted_ms: 'number',
    phase: 'string',
    done_to: 'string',
    users_so_far: 'number',
    groups_so_far: 'number',
    entries_so_far: 'number',
    owner: 'string',
    due_ms: 'number',
    attempts: 'number',
  },
} as const satisfies Partial<Columns>;
