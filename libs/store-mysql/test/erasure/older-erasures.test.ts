import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testMysql } from '@queqiao/dev-stack';
import { parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ERASED_AGAIN_MAX_USERS,
  ERASURE_VERSION,
  migrate,
  migrationsDirectory,
  SENDER_SEARCH_MAX_GROUPS,
  type Database,
  type ErasureJob,
} from '../../src/index.js';
import { nextSender } from '../../src/erasure/erase-again.js';
import { compiled } from '../rig/compiled.js';
import { openStores, StoreRig } from '../rig/store-rig.js';

const APPS = ['one', 'two'] as const;
const COLUMNS = 'app_id, user_id, keep_messages, phase, requested_ms, erased_ms, due_ms';
let rig: StoreRig;
let db: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  const apps = APPS.map((id) => `('${id}','','active','{}',1)`).join();
  await rig.rows(`INSERT INTO apps (app_id, name, status, settings, created_ms) VALUES ${apps}`);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  for (const table of [
    'erasures',
    'imported_senders',
    'imported_sender_searches',
    'conversations',
    'entries',
    'members',
  ]) {
    await rig.rows(`DELETE FROM ${table}`);
  }
});

const erased = async (appId: string, ids: readonly string[], phase = 'done', due = 'NULL') => {
  const rows = ids.map((id) => `('${appId}','${id}',0,'${phase}',1,5,${due})`);
  await rig.rows(`INSERT INTO erasures (${COLUMNS}) VALUES ${rows.join()}`);
};
const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(3, '0')}`);

async function groups(appId: string, count: number, senders: readonly string[], each = 1) {
  const all = ids('g:', count);
  const heads = all.map((id) => `('${appId}','${id}')`);
  await rig.rows(`INSERT INTO conversations (app_id, conversation_id) VALUES ${heads.join()}`);
  const entries = all.flatMap((id) =>
    senders.flatMap((sender, s) =>
      ids('m', each).map(
        (m, n) => `('${appId}','${id}',${s * each + n + 1},0,'${sender}','${m}','text',1,'x')`,
      ),
    ),
  );
  const columns =
    'app_id, conversation_id, seq, ordinal, sender, client_msg_id, kind, created_ms, content';
  await rig.rows(`INSERT INTO entries (${columns}) VALUES ${entries.join()}`);
}

const found = async () =>
  (
    await rig.rows<{ what: string }>(
      "SELECT CONCAT(app_id, ' ', user_id, ' ', conversation_id) AS what FROM imported_senders ORDER BY 1",
    )
  ).map(({ what }) => what);
const search = (appId: string) =>
  rig.rows('INSERT INTO imported_sender_searches (app_id) VALUES (?)', [appId]);
const due = () =>
  rig.rows<{ user_id: string; phase: string; done_to: string }>(
    'SELECT user_id, phase, done_to FROM erasures WHERE due_ms IS NOT NULL ORDER BY app_id, user_id',
  );

it('what a database was before is still to be done when it is migrated', async () => {
  const created = await (await testMysql()).createDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'queqiao-migrations-'));
  const root = await StoreRig.root(created.rootUrl);
  try {
    const files = (await readdir(migrationsDirectory())).filter((name) => name.endsWith('.sql'));
    const own = files.sort().findIndex((name) => name.includes('erasures-of-older-versions'));
    for (const name of files.slice(0, own)) {
      await copyFile(join(migrationsDirectory(), name), join(directory, name));
    }
    await migrate(created.migrateUrl, directory);
    const apps = ['on', 'active', 'off', 'suspended', 'gone', 'deleted'];
    await root.query(
      `INSERT INTO apps (app_id, name, status, settings, created_ms)
       VALUES (?, '', ?, '{}', 1), (?, '', ?, '{}', 1), (?, '', ?, '{}', 1)`,
      apps,
    );
    await root.query(
      `INSERT INTO erasures (${COLUMNS}) VALUES ('on', 'ann', 1, 'done', 1, 5, NULL)`,
    );
    await migrate(created.migrateUrl);
    const [searches] = await root.query('SELECT * FROM imported_sender_searches ORDER BY app_id');
    expect(searches).toEqual([
      { app_id: 'off', done_to: '' },
      { app_id: 'on', done_to: '' },
    ]);
    const database = openStores({ url: created.url });
    const steps: boolean[] = [];
    for (let more = true; more; steps.push(more)) more = await database.erasures.again();
    // Two apps, one user.
    expect(steps).toEqual([true, true, true, false]);
    const job = await database.erasures.claim('n1', { after: '', without: [] });
    const sweep = { phase: 'sweep', doneTo: '', keepMessages: true };
    expect(job).toEqual({ appId: 'on', userId: 'ann', ...sweep });
    await database.close();
  } finally {
    root.destroy();
    await created.drop();
    await rm(directory, { recursive: true });
  }
});

describe('users who were erased by an older version', () => {
  it('are due again, some at a time, and nobody else', async () => {
    await erased('one', ids('u', ERASED_AGAIN_MAX_USERS + 1));
    await erased('two', ['sweeping'], 'sweep', '99999999999999');
    await erased('two', ['new']);
    await rig.rows(`UPDATE erasures SET version = ${ERASURE_VERSION} WHERE user_id = 'new'`);
    const counts: number[] = [];
    for (let more = true; more; counts.push((await due()).length)) more = await db.erasures.again();
    expect(counts).toEqual([
      ERASED_AGAIN_MAX_USERS + 1,
      ERASED_AGAIN_MAX_USERS + 2,
      ERASED_AGAIN_MAX_USERS + 2,
    ]);
    expect((await due())[0]).toEqual({ user_id: 'u000', phase: 'sweep', done_to: '' });
    const others = await rig.rows("SELECT due_ms FROM erasures WHERE user_id = 'new'");
    expect(others).toEqual([{ due_ms: null }]);
  });

  it('are not again once they are through, unless their app was still looked through', async () => {
    await erased('one', ['a']);
    for (const [searched, version] of [
      [true, 0],
      [false, ERASURE_VERSION],
    ] as const) {
      await db.erasures.again();
      const job = (await db.erasures.claim('n1', { after: '', without: [] })) as ErasureJob;
      if (searched) await search('one');
      await db.erasures.save({ ...job, phase: 'done' }, 'n1', { isTurnOver: false });
      expect(await rig.rows('SELECT version FROM erasures')).toEqual([{ version }]);
      await rig.rows('DELETE FROM imported_sender_searches');
    }
    expect(await db.erasures.again()).toBe(false);
  });

  it('wait until their app is looked through', async () => {
    await erased('one', ['a']);
    await search('one');
    const root = await StoreRig.root(rig.created.rootUrl);
    await root.query('START TRANSACTION');
    await root.query('SELECT * FROM imported_sender_searches FOR UPDATE');
    // Another node is at it.
    expect(await db.erasures.again()).toBe(false);
    await root.query('ROLLBACK');
    root.destroy();
    expect(await db.erasures.again()).toBe(true);
    expect(await due()).toEqual([]);
    expect(await db.erasures.again()).toBe(true);
    expect(await due()).toHaveLength(1);
  });
});

describe('the search for who was imported', () => {
  it('finds users who are not in the group, in every group of every app, from where it was', async () => {
    await groups('one', SENDER_SEARCH_MAX_GROUPS + 1, ['ann', 'bob', 'business:shop', 'system:']);
    await groups('two', 1, ['ann']);
    await rig.rows(
      `INSERT INTO conversations (app_id, conversation_id) VALUES ('two','d:ann:zoe'), ('two','s:ann')`,
    );
    await rig.rows(
      `INSERT INTO members (app_id, user_id, conversation_id, left_seq) VALUES ('one','bob','g:000',NULL), ('one','bob','g:001',7)`,
    );
    for (const appId of APPS) await search(appId);
    await db.erasures.again();
    const [place] = await rig.rows(
      "SELECT done_to FROM imported_sender_searches WHERE app_id = 'one'",
    );
    expect(place).toEqual({ done_to: `g:00${SENDER_SEARCH_MAX_GROUPS - 1}` });
    expect(await found()).not.toContain(`one ann g:0${SENDER_SEARCH_MAX_GROUPS}`);
    for (let more = true; more;) more = await db.erasures.again();
    const all = ids('g:', SENDER_SEARCH_MAX_GROUPS + 1);
    const expected = [
      ...all.map((id) => `one ann ${id}`),
      ...all.slice(2).map((id) => `one bob ${id}`),
      'two ann g:000',
    ];
    expect(await found()).toEqual(expected);
    expect(await rig.rows('SELECT * FROM imported_sender_searches')).toEqual([]);
  });

  it('is done once by several nodes at a time', async () => {
    await groups('one', SENDER_SEARCH_MAX_GROUPS * 3, ['ann']);
    await search('one');
    const through = async () => {
      for (;;) {
        await db.erasures.again();
        if ((await rig.rows('SELECT * FROM imported_sender_searches')).length === 0) return;
      }
    };
    await Promise.all([through(), through(), through()]);
    expect(await found()).toHaveLength(SENDER_SEARCH_MAX_GROUPS * 3);
  });

  it('reads of a group a row for each sender, however much each has said', async () => {
    await groups('one', 1, ['ann', 'bob'], 400);
    await rig.rows('ANALYZE TABLE entries');
    const { sql, values } = compiled(nextSender(parseAppId('one'), 'g:000' as never, 'a'));
    await rig.rows('FLUSH STATUS');
    expect(await rig.rows(sql, values)).toEqual([{ sender: 'ann' }]);
    const read = await rig.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    expect(read.reduce((sum, { Value }) => sum + Number(Value), 0)).toBeLessThan(5);
  });
});
