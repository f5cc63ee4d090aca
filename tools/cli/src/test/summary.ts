import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

export interface Summary {
  readonly passed: number;
  /** Tests, and files that failed before any of their tests ran. */
  readonly failed: number;
  /** Full names of the tests that did not run. */
  readonly skipped: readonly string[];
}

/** Reads vitest's JSON report; a missing one counts as one failure. */
export function readSummary(file: string): Summary {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [] };
  const report = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const notRun = new Set(['skipped', 'pending', 'todo', 'disabled']);
  const skipped = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => notRun.has(status)).map(({ fullName }) => fullName),
  );
  const emptyFailures = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + emptyFailures, skipped };
}

/** Counts everything. A run that fails although no test did counts as one failure. */
export function lastLine({ passed, failed, skipped }: Summary, exitCode: number): string {
  const failures = failed === 0 && exitCode !== 0 ? 1 : failed;
  return `${passed} passed, ${failures} failed, ${skipped.length} skipped`;
}
