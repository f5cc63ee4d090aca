import { testSeed } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { formatRows, parseRunArguments, runFaults } from '@queqiao/faults';

/** Keeps a broken product from hanging the suite; no measurement. */
const GIVE_UP_MS = 900_000;

it('keeps every guarantee through the quick list of faults', { timeout: GIVE_UP_MS }, async () => {
  const options = parseRunArguments(['--quick', '--seed', String(testSeed())]);
  const report = await runFaults({ ...options, log: (line) => console.log(line) });
  console.log(formatRows(report.rows));
  expect(report.violations).toEqual([]);
});
