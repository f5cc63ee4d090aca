import { TenantGuardViolation } from '../errors.js';

/** Tables whose every row belongs to one app: a statement that touches one must name app_id for it. */
export const TENANT_TABLES = [
  'apps',
  'app_keys',
  'app_credentials',
  'users',
  'devices',
  'revoked_tokens',
  'bans',
  'erasures',
  'conversations',
  'group_info',
  'members',
  'member_stints',
  'hidden_entries',
  'imported_senders',
  'imported_sender_searches',
  'entries',
  'entry_edits',
  'reactions',
  'pins',
  'spent_message_ids',
  'requests',
  'broadcasts',
  'friends',
  'friend_requests',
  'blocks',
  'posts',
  'timeline_refs',
  'timeline_sources',
  'likes',
  'comments',
  'moment_notices',
  'moment_notice_marks',
  'group_invitations',
  'group_applications',
  'join_links',
  'large_members',
  'large_leaves',
  'large_crossings',
  'large_confirmations',
  'event_outbox',
  'app_event_heads',
  'app_events',
  'webhooks',
  'webhook_waits',
  'webhook_dead_letters',
  'before_send_hooks',
  'app_usage',
] as const;

/** Tables without app_id, each with the reason. */
export const EXEMPT_TABLES = {
  dispatch:
    'a row is a work order of one node for conversations of several apps, and holds no content',
  moment_jobs:
    'nodes claim the jobs of all apps at once, and a row holds nothing but ids and times',
  revocations:
    'connect nodes read the newest rows of all apps at once, and a row holds nothing but ids and a time',
  audit_log: 'operators read it, of one app and of all; no call of an app does',
  app_revocations:
    'connect nodes read the newest rows of all apps at once, and a row holds nothing but ids and a time',
  webhook_nodes: 'which nodes send webhooks, whosever they are',
  log_epoch: 'one number for the whole deployment',
  schema_migrations: 'what was done to the schema, not to data',
} as const;

/** Templates whose verdict is remembered; the cache is emptied when it is full. */
const MAX_REMEMBERED = 2_000;
const MAX_REMEMBERED_LENGTH = 4_096;

const tenantTables = new Set<string>(TENANT_TABLES);

/**
 * A check for every statement before it is sent. It reads SQL roughly: it finds the tables of each statement and wants
 * app_id in the column list of an INSERT, and in the conditions of everything else, once for each table of a join. It
 * guards against forgetting, not against malice.
 */
export function createTenantGuard(): (sql: string) => void {
  const remembered = new Set<string>();
  return (sql) => {
    if (remembered.has(sql)) return;
    for (const statement of withoutLiterals(sql).split(';')) checkStatement(statement);
    if (sql.length > MAX_REMEMBERED_LENGTH) return;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.add(sql);
  };
}

function withoutLiterals(sql: string): string {
  return sql
    .replace(/'(?:[^'\\]|\\.|'')*'/g, "''")
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replaceAll('`', '');
}

interface TableUse {
  readonly table: string;
  readonly alias: string;
  readonly inserted: boolean;
}

const TABLE_USE =
  /\b(from|join|into|(?<!\bkey\s)(?<!\bfor\s)update)\s+([a-z_][\w.]*)(?:\s+(?:as\s+)?(?!(?:force|where|set|on|left|inner|join|order|values|select|for|limit|lock|group|union|use|ignore)\b)([a-z_]\w*))?(\s*,)?/gi;

function checkStatement(statement: string): void {
  const uses: TableUse[] = [];
  for (const [, keyword = '', name = '', alias, comma] of statement.matchAll(TABLE_USE)) {
    const table = name.toLowerCase();
    if (table === 'json_table' || table.startsWith('information_schema.')) continue;
    if (Object.hasOwn(EXEMPT_TABLES, table)) continue;
    if (!tenantTables.has(table)) violation(table, 'is on no list of tables');
    if (comma !== undefined) violation(table, 'is joined by a comma');
    uses.push({ table, alias: alias ?? table, inserted: keyword.toLowerCase() === 'into' });
  }
  for (const use of uses) checkUse(statement, use, uses.length);
}

function checkUse(statement: string, use: TableUse, tables: number): void {
  if (use.inserted) {
    const columns = /\binto\s+\w+\s*\(([^)]*)\)/i.exec(statement)?.[1] ?? '';
    if (!/\bapp_id\b/i.test(columns)) violation(use.table, 'is inserted into without app_id');
    return;
  }
  const conditions = /\b(?:where|on)\b(?!\s+duplicate\b)([\s\S]*)/i.exec(statement)?.[1] ?? '';
  const column = tables === 1 ? `(?:${use.alias}\\.)?app_id` : `${use.alias}\\.app_id`;
  const compared = new RegExp(`\\b${column}\\s*(?:=|in\\b)|=\\s*${column}\\b`, 'i');
  if (!compared.test(conditions)) violation(use.table, 'is read or changed without app_id');
}

function violation(table: string, what: string): never {
  throw new TenantGuardViolation(`table ${table} ${what}`);
}
