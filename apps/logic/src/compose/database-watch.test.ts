import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import type { Database, DurabilityFinding } from '@queqiao/store-mysql';
import { expect, it } from 'vitest';
import { DatabaseWatch } from './database-watch.js';

const finding: DurabilityFinding = {
  setting: 'innodb_flush_log_at_trx_commit',
  value: '2',
  wanted: '1',
  severity: 'broken',
};

function watch(findings: DurabilityFinding[], demandDurability: boolean) {
  const warnings: unknown[] = [];
  const logger = Object.assign(silentLogger(), { warn: (line: unknown) => warnings.push(line) });
  const database: Pick<Database, 'ping' | 'checkDurability'> = {
    ping: () => Promise.resolve(),
    checkDurability: () => Promise.resolve(findings),
  };
  const clock = new FakeClock();
  return {
    warnings,
    watched: new DatabaseWatch({ database, clock, logger }, { demandDurability }),
  };
}

it('does not start on a database that may lose what it acknowledged', async () => {
  const { warnings, watched } = watch([finding], true);
  await expect(watched.start()).rejects.toThrow(
    'the database is not durable: innodb_flush_log_at_trx_commit must be 1',
  );
  expect(warnings).toEqual([finding]);
});

it('starts on it with a warning where nothing has to last', async () => {
  const { warnings, watched } = watch([finding], false);
  await watched.start();
  expect(warnings).toEqual([finding]);
  watched.stop();
});

it('starts without a word on one that is as it should be', async () => {
  const { warnings, watched } = watch([], true);
  await watched.start();
  expect([warnings, watched.answers]).toEqual([[], true]);
  watched.stop();
});
