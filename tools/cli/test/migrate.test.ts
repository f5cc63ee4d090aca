import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { testMysql } from '@queqiao/dev-stack';
import { expect, it } from 'vitest';

const tool = resolve(import.meta.dirname, '../../migrate');

it('brings an empty database up to date once, and says how far it is', async () => {
  const created = await (await testMysql()).createDatabase();
  const migrateWith = (...args: string[]) =>
    promisify(execFile)(tool, ['--url', created.migrateUrl, ...args]).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => error,
    );
  expect((await migrateWith('--status')).code).toBe(3);
  expect((await migrateWith()).stdout).toContain('applied 0001-');
  expect((await migrateWith()).stdout).toContain('nothing to do');
  await created.drop();
});
