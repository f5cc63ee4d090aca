import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEAD_LETTERS_SQL } from '../../src/webhook/dead-letters.js';
import { SURVEY_SQL } from '../../src/webhook/webhook-owners.js';
import { FIRST_ENTRY_SQL } from '../../src/webhook/webhook-reads.js';
import { allow, app, direct, message, StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;
const ROWS = 300;
const chat = direct('a', 'b');

beforeAll(async () => {
  rig = await StoreRig.start();
  const database = rig.open();
  await database.conversations.ensureDirect([{ appId: app, conversationId: chat }]);
  const items = Array.from({ length: ROWS }, () => message(chat, 'a'));
  await database.append.commitBatch(items, allow);
  const list = (row: (n: number) => string) =>
    Array.from({ length: ROWS }, (_, n) => row(n)).join();
  await rig.rows(
    `INSERT INTO apps (app_id, name, status, settings, created_ms) VALUES ${list((n) => `('app${n}','',${n % 3 === 0 ? "'suspended'" : "'active'"},'{}',1)`)}`,
  );
  await rig.rows(
    `INSERT INTO app_event_heads (app_id, last_position) VALUES ${list((n) => `('app${n}',${n})`)}`,
  );
  await rig.rows(
    `INSERT INTO webhooks VALUES ${list((n) => `('app${n}','w','u','[]',1,'','x',NULL,0,1,1,'',0,0,0,0,'',0,NULL)`)}`,
  );
  await rig.rows(
    `INSERT INTO webhook_dead_letters VALUES ${list((n) => `('demo','w${n % 3}','e${n}','${chat}',${n},1,1,${n},'x')`)}`,
  );
  await rig.root.query(
    'ANALYZE TABLE apps, app_event_heads, webhooks, webhook_dead_letters, entries',
  );
});
afterAll(() => rig.stop());

interface PlanRow {
  table: string | null;
  type: string;
  key: string | null;
  Extra: string | null;
}

async function plan(sql: string, values: readonly (string | number)[]): Promise<PlanRow[]> {
  const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, [...values]);
  for (const { Extra } of rows) expect(Extra ?? '').not.toMatch(/filesort|temporary|join buffer/);
  return rows;
}

it('a page of dead letters is read from its key, from its place on', async () => {
  const rows = await plan(DEAD_LETTERS_SQL, [app, 'w1', 200, 200, 'e200', 10]);
  expect(rows).toMatchObject([{ type: 'range', key: 'webhook_dead_letters_by_death' }]);
});

it.each([
  ['of any kind', []],
  ['of some kinds', ['recall', 'text']],
])('the next entry that waits, %s, is looked for by its key', async (_what, kinds) => {
  const wanted = [kinds.length, JSON.stringify(kinds)];
  const rows = await plan(FIRST_ENTRY_SQL, [app, chat, 100, 200, ...wanted]);
  expect(rows).toMatchObject([{ table: 'e', type: 'range', key: 'PRIMARY' }]);
});

it('a look at all webhooks reads each with its app and its newest event, and nothing twice', async () => {
  const rows = await plan(SURVEY_SQL, []);
  const byKey = rows.slice(1).map(({ type, key }) => ({ type, key }));
  expect(byKey).toEqual([
    { type: expect.stringMatching(/^(?:eq_)?ref$/), key: 'PRIMARY' },
    { type: 'eq_ref', key: 'PRIMARY' },
  ]);
});
