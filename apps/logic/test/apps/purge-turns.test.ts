import { systemClock } from '@queqiao/runtime';
import { queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppPurge } from '../../src/compose/app-purge.js';
import { ApiRig } from '../rig/api-rig.js';

let rig: ApiRig;
const APPS = ['a', 'b', 'c'];
const sql = (text: string) => queryRows(rig.database.url, text);
const list = (row: (appId: string) => string) => APPS.map(row).join();

beforeAll(async () => {
  rig = await ApiRig.start(0);
});
afterAll(() => rig.stop());

async function users(): Promise<number[]> {
  const rows = await sql('SELECT app_id, COUNT(*) AS n FROM users GROUP BY app_id');
  return APPS.map((id) => Number(rows.find((row) => row['app_id'] === id)?.['n'] ?? 0));
}

async function purge(maxSteps: number): Promise<void> {
  await rig.withStores(({ purge: rows }) =>
    new AppPurge({ rows, clock: systemClock }, { stepRows: 1, maxSteps }).prune(),
  );
}

it('deleted apps are removed in turns: a large one holds up no small one', async () => {
  await sql(
    `INSERT INTO apps (app_id, name, status, settings, created_ms, deleted_ms) VALUES ${list((id) => `('${id}','','deleted','{}',1,1)`)}`,
  );
  const rows = list((id) => [1, 2, 3].map((user) => `('${id}','u${String(user)}',1,1)`).join());
  await sql(`INSERT INTO users (app_id, user_id, created_ms, updated_ms) VALUES ${rows}`);
  await purge(4);
  expect(await users()).toEqual([1, 2, 2]);
  await purge(1_000);
  expect(await users()).toEqual([0, 0, 0]);
});
