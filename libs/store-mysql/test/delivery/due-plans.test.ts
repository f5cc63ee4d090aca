import { parseAppId } from '@queqiao/domain';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anyDue, nextDueApp } from '../../src/app-turns.js';
import { dueBroadcasts } from '../../src/broadcast/broadcast-steps.js';
import { dueDispatch } from '../../src/dispatch-store.js';
import { dueOf } from '../../src/moment/job-store.js';
import { dueCounts } from '../../src/usage/usage-store.js';
import { compiled } from '../rig/compiled.js';
import { StoreRig } from '../rig/store-rig.js';

/** Of each table: half are not due for long, and half, where a row may be over, are over. */
const ROWS = 300;
const NEVER = 99_999_999_999_999;
let rig: StoreRig;

beforeAll(async () => {
  rig = await StoreRig.start();
  const rows = (row: (n: number, due: string) => string) =>
    Array.from({ length: ROWS }, (_, n) => row(n, n % 2 === 0 ? 'NULL' : `${NEVER}`)).join();
  await rig.rows(
    `INSERT INTO dispatch (dispatch_id, owner, due_ms, payload) VALUES ${rows((n) => `('d${n}','x',${NEVER},'{}')`)}`,
  );
  await rig.rows(
    `INSERT INTO moment_jobs (job_id, app_id, kind, author_id, owner, due_ms) VALUES ${rows((n) => `('j${n}','app${n % 3}','fan-out','u','x',${NEVER})`)}`,
  );
  await rig.rows(
    `INSERT INTO app_usage (app_id, due_ms) VALUES ${rows((n) => `('app${n}',${NEVER})`)}`,
  );
  await rig.rows(
    `INSERT INTO broadcasts (app_id, broadcast_id, sender, account_id, kind, content, countable, total, created_ms, due_ms)
     VALUES ${rows((n, due) => `('app','b${n}','x','x','text','x',1,1,1,${due})`)}`,
  );
  await rig.rows('ANALYZE TABLE dispatch, moment_jobs, app_usage, broadcasts');
});
afterAll(() => rig.stop());

const LOOKS: readonly (readonly [string, RawBuilder<unknown>, string])[] = [
  ['dispatch rows', dueDispatch(100), 'dispatch dispatch_by_due range'],
  ['any jobs of moments', anyDue('moment_jobs'), 'moment_jobs moment_jobs_by_due range'],
  ['jobs of an app', dueOf(parseAppId('app1'), 100), 'moment_jobs moment_jobs_by_turn range'],
  [
    'the next app with one',
    nextDueApp('moment_jobs', { after: 'app0', without: [] }),
    'moment_jobs moment_jobs_by_turn range',
  ],
  ['counts', dueCounts(100), 'app_usage app_usage_by_due range'],
  ['broadcasts', dueBroadcasts(100), 'broadcasts broadcasts_by_due range'],
];

it.each(LOOKS)('a look for %s reads nothing that is not due', async (_what, look, plan) => {
  const { sql, values } = compiled(look);
  const rows = await rig.rows<{ table: string; key: string; type: string; Extra: string | null }>(
    `EXPLAIN FORMAT=TRADITIONAL ${sql}`,
    values,
  );
  expect(rows.map(({ table, key, type }) => `${table} ${key} ${type}`)).toEqual([plan]);
  await rig.rows('FLUSH STATUS');
  expect(await rig.rows(sql, values)).toEqual([]);
  const read = await rig.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
  expect(read.reduce((sum, { Value }) => sum + Number(Value), 0)).toBeLessThan(10);
});
