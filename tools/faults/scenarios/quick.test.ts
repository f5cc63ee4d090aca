import { testSeed } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { formatRows, parseRunArguments, runFaults } from '@queqiao/faults';

it('keeps every guarantee through the quick list of faults', async () => {
  const options = parseRunArguments(['--quick', '--seed', String(testSeed())]);
  const report = await runFaults({ ...options, log: (line) => console.log(line) });
  console.log(formatRows(report.rows));
  expect(report.violations).toEqual([]);
});
