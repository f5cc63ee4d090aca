import type { Columns } from './column-kinds.js';

export const BROADCAST_COLUMNS = {
  broadcasts: {
    app_id: 'string',
    broadcast_id: 'string',
    sender: 'string',
    account_id: 'string',
    kind: 'string',
    content: 'buffer',
    countable: 'number',
    state: 'number',
    total: 'number',
    done: 'number',
    failed: 'number',
    done_to: 'string',
    created_ms: 'number',
    started_ms: 'number?',
    ended_ms: 'number?',
    owner: 'string',
    due_ms: 'number?',
    attempts: 'number',
  },
} as const satisfies Pick<Columns, 'broadcasts'>;
