/** One that has ended, under a name that the table can have. */
export const BROADCAST = 'broadcast-of-before';

export const BROADCAST_ROWS = `INSERT INTO broadcasts
  (app_id, broadcast_id, sender, account_id, kind, content, countable, state, total, created_ms, started_ms, ended_ms)
  VALUES ('demo', '${BROADCAST}', 'business:alice', 'alice', 'text', '', 1, 1, 0, 1, 1, 1)`;
