import { parseAppId, type AppId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, ErasureJob } from '../../src/index.js';
import { firstDue } from '../../src/erasure/erasure-jobs.js';
import { anyDue, nextDueApp } from '../../src/app-turns.js';
import { HeldLock } from '../rig/held-lock.js';
import { compiled } from '../rig/compiled.js';
import { anyTurn, StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let lock: HeldLock;
const APPS = ['busy', 'idle', 'late', 'small'].map((id) => parseAppId(id));
const [busy, , , small] = APPS as [AppId, AppId, AppId, AppId];

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  lock = await HeldLock.open(rig);
  const apps = APPS.map((id) => `('${id}','','active','{}',1)`).join();
  await rig.rows(`INSERT INTO apps (app_id, name, status, settings, created_ms) VALUES ${apps}`);
});
afterAll(async () => {
  lock.close();
  await rig.stop();
});
beforeEach(async () => {
  await rig.rows('DELETE FROM erasures');
});

/** Erasures of an app, due one after the other from then on, or `done`. */
async function erasures(appId: string, ids: readonly string[], dueMs: number | 'done') {
  const rows = ids.map((id, n) => {
    const [phase, due] = dueMs === 'done' ? ['done', 'NULL'] : ['messages', dueMs + n];
    return `('${appId}','${id}',0,'${phase}',1,${due})`;
  });
  const columns = 'app_id, user_id, keep_messages, phase, requested_ms, due_ms';
  await rig.rows(`INSERT INTO erasures (${columns}) VALUES ${rows.join()}`);
}
const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(3, '0')}`);

/** Whom a node claims, as long as there is somebody. */
async function claims(owner: string, most: number): Promise<string[]> {
  const found: string[] = [];
  for (let after = ''; found.length < most;) {
    const job = await db.erasures.claim(owner, { ...anyTurn, after });
    if (job === null) break;
    after = job.appId;
    found.push(`${job.appId} ${job.userId}`);
  }
  return found;
}

describe('erasures of several apps', () => {
  it('are claimed in turns, each time the one that is due first', async () => {
    await erasures('busy', ['b3', 'b1', 'b2'], 10);
    await erasures('idle', ['i1'], 'done');
    await erasures('late', ['l1'], 99_999_999_999_999);
    await erasures('small', ['s2', 's1'], 500);
    const turns = ['busy b3', 'small s2', 'busy b1', 'small s1', 'busy b2'];
    expect(await claims('n1', 9)).toEqual(turns);
  });

  it('are not claimed of apps that have theirs', async () => {
    await erasures('busy', ['b1'], 10);
    await erasures('small', ['s1', 's2'], 10);
    const job = await db.erasures.claim('n1', { after: '', without: [busy] });
    expect(job).toMatchObject({ appId: small, userId: 's1' });
    expect(await db.erasures.claim('n1', { after: '', without: [busy, small] })).toBeNull();
  });

  it('are each claimed by one of several nodes', async () => {
    await erasures('busy', ids('b', 20), 10);
    await erasures('small', ids('s', 10), 10);
    const all = await Promise.all(['n1', 'n2', 'n3'].map((node) => claims(node, 30)));
    expect(all.flat()).toHaveLength(30);
    expect(new Set(all.flat()).size).toBe(30);
    const counts = await rig.rows<{ owner: string; n: number }>(
      'SELECT owner, COUNT(*) AS n FROM erasures GROUP BY owner ORDER BY owner',
    );
    expect(counts.map(({ n }) => n)).toEqual(all.map((of) => of.length));
  });

  it('are passed by while another node takes them', async () => {
    await erasures('busy', ['b1'], 10);
    await erasures('small', ['s1'], 10);
    await lock.holder.query('START TRANSACTION');
    await lock.holder.query("SELECT 1 FROM erasures WHERE app_id = 'busy' FOR UPDATE");
    expect(await claims('n1', 2)).toEqual(['small s1']);
    await lock.holder.query('ROLLBACK');
    expect(await claims('n1', 2)).toEqual(['busy b1']);
  });
});

it('a turn that is over leaves the user to anyTurn, behind others of the app', async () => {
  await erasures('busy', ['b1', 'b2'], 10);
  const first = (await db.erasures.claim('n1', anyTurn)) as ErasureJob;
  expect(first.userId).toBe('b1');
  const at = { ...first, doneTo: 'here' };
  expect(await db.erasures.save(at, 'n2', { isTurnOver: true })).toBe(false);
  expect(await db.erasures.save(at, 'n1', { isTurnOver: true })).toBe(true);
  expect(await db.erasures.claim('n2', anyTurn)).toMatchObject({ userId: 'b2' });
  expect(await db.erasures.claim('n2', anyTurn)).toEqual(at);
  expect(await db.erasures.save(at, 'n1', { isTurnOver: false })).toBe(false);
  expect(await db.erasures.claim('n3', anyTurn)).toBeNull();
});

it('a step renews the lease, and the last one leaves nothing to do but the sweep', async () => {
  await erasures('busy', ['b1'], 10);
  const job = (await db.erasures.claim('n1', anyTurn)) as ErasureJob;
  const waits = async () => {
    const [row] = await rig.rows<{ wait: number | null }>(
      'SELECT ROUND((due_ms - UNIX_TIMESTAMP(SYSDATE(3)) * 1000) / 10000) AS wait FROM erasures',
    );
    return row?.wait === null ? null : Number(row?.wait);
  };
  await rig.rows('UPDATE erasures SET due_ms = 10');
  await db.erasures.save(job, 'n1', { isTurnOver: false });
  expect(await waits()).toBe(1);
  for (const isTurnOver of [false, true]) {
    await db.erasures.save({ ...job, phase: 'sweep' }, 'n1', { isTurnOver });
    expect(await waits()).toBe(60);
  }
  await db.erasures.save({ ...job, phase: 'done' }, 'n1', { isTurnOver: true });
  expect(await waits()).toBeNull();
});

describe('claims read ranges of indexes', () => {
  interface PlanRow {
    table: string | null;
    type: string;
    key: string | null;
    Extra: string | null;
  }

  beforeEach(async () => {
    await erasures('busy', ids('b', 300), 10);
    await erasures('idle', ids('i', 300), 'done');
    await erasures('small', ['s'], 10);
    await rig.rows('ANALYZE TABLE erasures, apps');
  });

  async function plan(builder: Parameters<typeof compiled>[0]): Promise<string[]> {
    const { sql, values } = compiled(builder);
    const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, values);
    for (const { Extra } of rows) expect(Extra ?? '').not.toMatch(/filesort|temporary/);
    return rows.map(({ table, key, type }) => `${table} ${key} ${type}`);
  }

  it('of one index each', async () => {
    expect(await plan(anyDue('erasures'))).toEqual(['erasures erasures_by_due range']);
    expect(await plan(firstDue(busy))).toEqual(['erasures erasures_by_turn range']);
    for (const without of [[], [busy, small]]) {
      const found = await plan(nextDueApp('erasures', { after: 'a', without }));
      expect(found).toEqual(['erasures erasures_by_turn range']);
    }
  });

  it('a few rows, however many wait of an app or are done', async () => {
    const { sql, values } = compiled(nextDueApp('erasures', { after: 'busy', without: [] }));
    await rig.rows('FLUSH STATUS');
    expect(await rig.rows(sql, values)).toEqual([{ app_id: 'small' }]);
    const read = await rig.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    const rows = read.reduce((sum, { Value }) => sum + Number(Value), 0);
    expect(rows).toBeLessThan(20);
  });
});
