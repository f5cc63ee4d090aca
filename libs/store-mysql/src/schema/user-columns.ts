/** Of the tables that are about what users may do. */
export const USER_COLUMNS = {
  revoked_tokens: {
    app_id: 'string',
    user_id: 'string',
    token_id: 'string',
    revoked_ms: 'number',
    kept_until_ms: 'number',
  },
  bans: {
    app_id: 'string',
    user_id: 'string',
    until_ms: 'number',
    reason: 'string',
    banned_ms: 'number',
  },
  erasures: {
    app_id: 'string',
    user_id: 'string',
    keep_messages: 'number',
    phase: 'string',
    done_to: 'string',
    steps: 'number',
    requested_ms: 'number',
    erased_ms: 'number',
    owner: 'string',
    due_ms: 'number?',
    attempts: 'number',
    version: 'number',
  },
} as const;
