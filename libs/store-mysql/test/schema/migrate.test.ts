import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testMysql, type CreatedDatabase } from '@queqiao/dev-stack';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrate, migrationsDirectory, migrationStatus } from '../../src/index.js';
import { StoreRig } from '../rig/store-rig.js';

let created: CreatedDatabase;
let directory: string;

beforeEach(async () => {
  created = await (await testMysql()).createDatabase();
  directory = await mkdtemp(join(tmpdir(), 'queqiao-migrations-'));
  await file(
    '0001-first.sql',
    "CREATE TABLE first (a INT, b VARCHAR(9) DEFAULT 'x;y'); -- done;\n",
  );
});
afterEach(async () => {
  await created.drop();
  await rm(directory, { recursive: true });
});

const file = (name: string, sql: string) => writeFile(join(directory, name), sql);

it('applies each file once, in order, as the migration account', async () => {
  await file(
    '0002-second.sql',
    'INSERT INTO first (a) VALUES (1); INSERT INTO first (a) VALUES (2)',
  );
  expect((await migrationStatus(created.migrateUrl, directory)).pending).toHaveLength(2);
  expect(await migrate(created.migrateUrl, directory)).toEqual(['0001-first', '0002-second']);
  expect(await migrate(created.migrateUrl, directory)).toEqual([]);
  const { applied, pending } = await migrationStatus(created.migrateUrl, directory);
  expect([applied.map((each) => each.name), pending]).toEqual([['0001-first', '0002-second'], []]);
  const root = await StoreRig.root(created.rootUrl);
  const [rows] = await root.query('SELECT a, b FROM first ORDER BY a');
  root.destroy();
  expect(rows).toEqual([
    { a: 1, b: 'x;y' },
    { a: 2, b: 'x;y' },
  ]);
});

it('lets only one of several runners do the work', async () => {
  const runs = await Promise.all([1, 2, 3].map(() => migrate(created.migrateUrl, directory)));
  expect(runs.flat()).toEqual(['0001-first']);
});

it('refuses a file that was changed or lost after it was applied', async () => {
  await migrate(created.migrateUrl, directory);
  await file('0001-first.sql', 'CREATE TABLE first (a BIGINT)');
  await expect(migrate(created.migrateUrl, directory)).rejects.toThrow('was changed');
  await rm(join(directory, '0001-first.sql'));
  await expect(migrate(created.migrateUrl, directory)).rejects.toThrow('has no file');
});

it('does not record a file that fails, and names the statement', async () => {
  await file('0002-bad.sql', 'INSERT INTO first (a) VALUES (1); INSERT INTO nowhere VALUES (1)');
  const run = migrate(created.migrateUrl, directory);
  await expect(run).rejects.toThrow('migration 0002-bad, statement 2');
  expect((await migrationStatus(created.migrateUrl, directory)).pending).toHaveLength(1);
});

it('refuses a gap in the numbers', async () => {
  await file('0003-third.sql', 'SELECT 1');
  await expect(migrate(created.migrateUrl, directory)).rejects.toThrow('must be 2');
});

it('the services’ account cannot change the schema', async () => {
  await migrate(created.migrateUrl, migrationsDirectory());
  await expect(migrate(created.url, directory)).rejects.toThrow('(1142)');
});
