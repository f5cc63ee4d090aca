import { expect, it } from 'vitest';
import { createTenantGuard } from './tenant-guard.js';

const guard = createTenantGuard();

it.each([
  'SELECT * FROM entries WHERE app_id = ? AND seq = 1',
  'select `user_id` from `users` where `app_id` = ? and `user_id` in (?, ?)',
  'SELECT 1 FROM members m JOIN conversations c ON c.app_id = m.app_id WHERE m.app_id = ?',
  'INSERT INTO entries (app_id, seq) VALUES (?, ?) ON DUPLICATE KEY UPDATE seq = VALUES(seq)',
  'insert ignore into `users` (`app_id`, `user_id`) values (?, ?)',
  'UPDATE members SET rev = rev + 1 WHERE app_id = ? AND user_id = ?',
  'SELECT c.last_seq FROM conversations c FORCE INDEX (PRIMARY) WHERE c.app_id = ? FOR UPDATE SKIP LOCKED',
  'DELETE FROM dispatch WHERE dispatch_id IN (?)',
  'SELECT log_epoch FROM log_epoch',
  'START TRANSACTION; SELECT 1 FROM apps WHERE app_id IN (?); COMMIT',
  "INSERT INTO entries (app_id, content) VALUES ('a', 'DELETE FROM users; it''s \\' FROM users')",
  'SELECT 1',
])('lets pass: %s', (sql) => {
  expect(() => guard(sql)).not.toThrow();
  expect(() => guard(sql)).not.toThrow();
});

it.each([
  ['SELECT * FROM entries WHERE seq = 1', 'entries'],
  ['SELECT app_id FROM users', 'users'],
  ['select * from `users` where `user_id` = ? order by `app_id`', 'users'],
  ['DELETE FROM members', 'members'],
  ['UPDATE apps SET status = ?', 'apps'],
  ['UPDATE conversations SET app_id = 1', 'conversations'],
  ['INSERT INTO entries (seq) VALUES (1)', 'entries'],
  ['INSERT INTO entries VALUES (1, 2)', 'entries'],
  [
    'SELECT 1 FROM members m JOIN conversations c ON c.conversation_id = m.conversation_id WHERE m.app_id = ?',
    'conversations',
  ],
  [
    'SELECT 1 FROM members m JOIN conversations c ON c.conversation_id = m.conversation_id WHERE app_id = ?',
    'members',
  ],
  ['SELECT 1 FROM members, users WHERE app_id = ?', 'members'],
  ['SELECT 1 FROM users WHERE app_id = ?; DELETE FROM users', 'users'],
  ["SELECT 1 FROM users WHERE user_id = ' app_id = 1'", 'users'],
  ['SELECT 1 FROM invoices WHERE app_id = ?', 'invoices'],
  ['SELECT 1 FROM users /* WHERE app_id = 1 */', 'users'],
])('refuses: %s', (sql, table) => {
  expect(() => guard(sql)).toThrow(`table ${table} `);
  expect(() => guard(sql)).toThrow(table);
});
