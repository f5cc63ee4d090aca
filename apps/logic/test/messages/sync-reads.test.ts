import { directConversationId, parseUserId, type AppId } from '@queqiao/domain';
import { Content } from '@queqiao/protocol/client';
import { Registry } from '@queqiao/runtime';
import { APPEND_MAX_ITEMS } from '@queqiao/store-mysql';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith, doorsOf, type AnyDoor, type JsonObject } from '../rig/any-door.js';
import { ApiRig } from '../rig/api-rig.js';
import { StatementTap } from '../rig/statement-tap.js';
import { StillClock } from '../rig/still-clock.js';

const CONVERSATIONS = 1_000;
const SYNC = 'queqiao.client.v1.ConversationService/SyncConversations';
const me = parseUserId('me');
const ids = Array.from({ length: CONVERSATIONS }, (_, index) =>
  directConversationId(me, parseUserId(`o${index}`)),
);

let rig: ApiRig;
let app: TestApp;
let tap: StatementTap;
let doors: readonly AnyDoor[];

beforeAll(async () => {
  rig = await ApiRig.start(0);
  tap = await StatementTap.start(rig.database.url);
  const [clock, registry] = [new StillClock(), new Registry()];
  await rig.addNode({ QUEQIAO_MYSQL_URL: tap.url }, { clock, registry });
  app = await rig.createApp('demo');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('me');
  await fill(app.appId);
  doors = (await doorsOf(rig, app, 'me')).user;
  await clock.rest(registry);
});
afterAll(async () => {
  for (const door of doors) door.close();
  await rig.stop();
  await tap.stop();
});

/** Three messages in each conversation. */
async function fill(appId: AppId): Promise<void> {
  const content = Content.create({ body: { $case: 'text', value: { text: 'hi' } } });
  const entry = { appId, kind: 'text', content: Content.encode(content).finish(), countable: true };
  const sender = { kind: 'business', id: 'shop' } as const;
  const options = {
    judge: () => null,
    owner: 'test',
    dispatchDelayMs: 3_600_000,
    skipLocked: false,
  };
  await rig.withStores(async ({ conversations, append }) => {
    await conversations.ensureDirect(ids.map((conversationId) => ({ appId, conversationId })));
    for (const round of ['a', 'b', 'c']) {
      const items = ids.map((conversationId) => {
        return { ...entry, conversationId, sender, clientMsgId: round };
      });
      for (let from = 0; from < items.length; from += APPEND_MAX_ITEMS) {
        await append.commitBatch(items.slice(from, from + APPEND_MAX_ITEMS), options);
      }
    }
  });
  // Nobody is to push them: the node's reads for that would be counted.
  await queryRows(rig.database.rootUrl, 'DELETE FROM dispatch');
  await queryRows(rig.database.rootUrl, 'ANALYZE TABLE members, conversations, entries');
}

/** Statements about what every call needs, which caches hold for some seconds. */
const CACHED = /\b(?:apps|app_keys|users|revocations|devices|log_epoch)\b/;

/** Of one call while all caches are warm: one that had to fill them again is made again. */
async function statementsOf(call: () => Promise<unknown>): Promise<string[]> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await call();
    const statements = await tap.during(call);
    if (!statements.some((sql) => CACHED.test(sql))) return statements;
  }
  throw new Error('the caches never stayed warm');
}

interface PlanRow {
  readonly table: string;
  readonly type: string;
  readonly key: string | null;
  readonly Extra: string | null;
}

/** How the server reads each table of a statement, without the list of keys that drives it. */
async function planOf(sql: string): Promise<[table: string, key: string | null, type: string][]> {
  const explained = `EXPLAIN FORMAT=TRADITIONAL ${sql}`;
  const rows = (await queryRows(rig.database.rootUrl, explained)) as unknown as PlanRow[];
  const tables = rows.filter(({ table }) => /^[mceg]$/.test(table));
  for (const { Extra } of tables) expect(Extra ?? '').not.toMatch(/filesort|join buffer/);
  return tables.map(({ table, key, type }) => [table, key, type]);
}

describe.each([0, 1, 2])('through door %i', (index) => {
  const sync = (request: JsonObject = {}) => {
    const door = doors[index];
    if (!door) throw new Error('no such door');
    return callWith(door, SYNC, request) as Promise<{ cursor: string; conversations: unknown[] }>;
  };

  it('the first page of 1,000 conversations is two statements that read by keys', async () => {
    const page = await sync();
    expect(page).toMatchObject({ hasMore: true, totalUnread: String(3 * CONVERSATIONS) });
    expect(page.conversations).toHaveLength(100);
    const statements = await statementsOf(() => sync());
    expect(statements).toHaveLength(2);
    const [memberships = '', shown = ''] = statements;
    expect(await planOf(memberships)).toEqual([
      ['m', 'PRIMARY', expect.stringMatching(/^(?:ref|range)$/)],
      ['c', 'PRIMARY', 'eq_ref'],
    ]);
    expect(await planOf(shown)).toEqual([
      ['e', 'PRIMARY', 'eq_ref'],
      ['g', 'PRIMARY', 'eq_ref'],
    ]);
  });

  it('so is every other page, and a sync with nothing new is one statement', async () => {
    let { cursor } = await sync({ limit: 200 });
    expect(await statementsOf(() => sync({ cursor, limit: 200 }))).toHaveLength(2);
    for (let page = 1; page < 5; page += 1) ({ cursor } = await sync({ cursor, limit: 200 }));
    expect(await statementsOf(() => sync({ cursor }))).toHaveLength(1);
  });
});
