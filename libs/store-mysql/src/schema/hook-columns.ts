import type { Columns } from './column-kinds.js';

export const HOOK_COLUMNS = {
  before_send_hooks: {
    app_id: 'string',
    url: 'string',
    timeout_ms: 'number',
    on_failure: 'string',
    secret: 'buffer',
    previous_secret: 'buffer?',
    previous_until_ms: 'number',
    earlier_secrets: 'json?',
    updated_ms: 'number',
    failures: 'number',
    last_failure_ms: 'number',
    last_error: 'string',
    last_recovery_ms: 'number',
  },
} as const satisfies Partial<Columns>;
