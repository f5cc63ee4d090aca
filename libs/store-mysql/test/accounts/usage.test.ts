import { parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database.js';
import { USAGE_MAX_ROWS, type UsageJob } from '../../src/usage-types.js';
import { COUNT_CONVERSATIONS_SQL, COUNT_USERS_SQL } from '../../src/usage/count-next.js';
import { StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;
const big = parseAppId('big');
/** More than two pages of each. */
const ROWS = 2 * USAGE_MAX_ROWS + 7;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  await database.apps.createApp(big, 'Big');
  await database.apps.createApp(parseAppId('other'), 'Other');
  const fill = async (insert: string, row: (n: number) => string) => {
    for (let at = 0; at < ROWS; at += 5_000) {
      const length = Math.min(5_000, ROWS - at);
      await rig.rows(`${insert} ${Array.from({ length }, (_, n) => row(at + n)).join()}`);
    }
  };
  for (const app of ['big', 'other']) {
    await fill(
      'INSERT INTO users (app_id, user_id, created_ms, updated_ms) VALUES',
      (n) => `('${app}','u${n}',1,1)`,
    );
    // A tenth are groups, of which a half have ended.
    await fill(
      'INSERT INTO conversations (app_id, conversation_id, last_seq, flags) VALUES',
      (n) =>
        n % 10 === 0
          ? `('${app}','g:g${n}',1,${n % 20 === 0 ? 3 : 1})`
          : `('${app}','d:a:u${n}',2,0)`,
    );
  }
  await rig.root.query('ANALYZE TABLE users, conversations, app_usage');
});
afterAll(() => rig.stop());

const claim = async (owner: string): Promise<UsageJob> => {
  const jobs = await database.usage.claimDue({ owner, limit: 10 });
  const job = jobs.find(({ appId }) => appId === big);
  if (job === undefined) throw new Error('was not claimed');
  return job;
};

/** Steps until the end, each of them kept, or only so many. */
async function count(job: UsageJob, owner: string, most = 100): Promise<UsageJob | null> {
  for (let steps = 1; ; steps += 1) {
    const next = await database.usage.countNext(job);
    if (next.isLast) {
      await database.usage.finish(next.job, owner, 60_000);
      return null;
    }
    job = next.job;
    if (!(await database.usage.save(job, owner)) || steps === most) return job;
  }
}

const groups = Math.ceil(ROWS / 10);
const ended = Math.ceil(ROWS / 20);
const WHOLE = { users: ROWS, groups: groups - ended, entries: groups + 2 * (ROWS - groups) };

it('an app of many rows is counted in pages, and by one node after another', async () => {
  const job = await claim('logic-1');
  expect(await database.usage.claimDue({ owner: 'logic-2', limit: 10 })).toEqual([]);
  const stood = await count(job, 'logic-1', 4);
  expect(stood).toMatchObject({ phase: 'conversations', users: ROWS });
  expect(await database.usage.usage(big)).toEqual({
    users: 0,
    groups: 0,
    entries: 0,
    countedMs: 0,
  });

  await rig.rows(`UPDATE app_usage SET due_ms = 0 WHERE app_id = 'big'`);
  const taken = await claim('logic-2');
  expect(taken).toEqual(stood);
  // Who has lost it says nothing more.
  expect(await database.usage.save(job, 'logic-1')).toBe(false);
  await database.usage.finish({ ...job, users: 5 }, 'logic-1', 60_000);
  expect(await count(taken, 'logic-2')).toBeNull();

  const usage = await database.usage.usage(big);
  expect(usage).toMatchObject(WHOLE);
  expect(usage?.countedMs).toBeGreaterThan(0);
  expect((await database.apps.app(big))?.usage).toEqual(usage);
  // Not due before its time, unless a setting was changed.
  expect(await database.usage.claimDue({ owner: 'logic-1', limit: 10 })).toEqual([]);
  await database.apps.setSettings(big, { maxUsers: 5 });
  const fresh = { phase: 'users', doneTo: '', users: 0, groups: 0, entries: 0 };
  expect(await claim('logic-1')).toMatchObject(fresh);
});

it('what is gone is counted no more, and a count under way is not taken from its node by a setting', async () => {
  await rig.rows(`UPDATE app_usage SET due_ms = 0 WHERE app_id = 'big'`);
  const job = await claim('logic-1');
  await database.apps.setSettings(big, { maxUsers: 6 });
  const taken = await database.usage.claimDue({ owner: 'logic-2', limit: 10 });
  expect(taken.filter(({ appId }) => appId === big)).toEqual([]);
  await rig.rows(`DELETE FROM users WHERE app_id = 'big' AND user_id IN ('u1', 'u2')`);
  await rig.rows(
    `UPDATE conversations SET flags = 3 WHERE app_id = 'big' AND conversation_id = 'g:g10'`,
  );
  await rig.rows(`DELETE FROM conversations WHERE app_id = 'big' AND conversation_id = 'd:a:u1'`);
  expect(await count(job, 'logic-1')).toBeNull();
  const { users, groups: left, entries } = WHOLE;
  expect(await database.usage.usage(big)).toMatchObject({
    users: users - 2,
    groups: left - 1,
    entries: entries - 2,
  });
});

it('a page is a range of the primary key, and sorts nothing', async () => {
  for (const [statement, table, from] of [
    [COUNT_USERS_SQL, 'users', 'u5'],
    [COUNT_CONVERSATIONS_SQL, 'conversations', 'd:a:u5'],
  ] as const) {
    const plan = await rig.rows<{ table: string; type: string; key: string; Extra: string | null }>(
      `EXPLAIN FORMAT=TRADITIONAL ${statement}`,
      [big, from],
    );
    const page = plan.find((row) => row.table === table);
    expect(page, table).toMatchObject({ type: 'range', key: 'PRIMARY' });
    for (const { Extra } of plan) expect(Extra ?? '').not.toMatch(/filesort/);
  }
});
