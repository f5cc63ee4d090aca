import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lastLine, readSummary } from './summary.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'queqiao-summary-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

type Test = readonly [fullName: string, status: string];

function reportOf(files: readonly { status: string; tests: readonly Test[] }[]): string {
  const all = files.flatMap(({ tests }) => tests);
  const count = (wanted: string) => all.filter(([, status]) => status === wanted).length;
  const report = {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numFailedTestSuites: 0,
    testResults: files.map(({ status, tests }, index) => ({
      name: `f${index}.test.ts`,
      status,
      assertionResults: tests.map(([fullName, state]) => ({ fullName, status: state })),
    })),
  };
  const file = join(dir, 'report.json');
  writeFileSync(file, JSON.stringify(report));
  return file;
}

it('counts what passed and names what was skipped, whatever the reason is called', () => {
  const tests = [
    ['page opens', 'skipped'],
    ['page closes', 'pending'],
    ['page sings', 'todo'],
    ['page says hello', 'passed'],
  ] as const;
  const summary = readSummary(reportOf([{ status: 'passed', tests }]));
  expect(summary).toEqual({
    passed: 1,
    failed: 0,
    skipped: ['page opens', 'page closes', 'page sings'],
  });
  expect(lastLine(summary, 0)).toBe('1 passed, 0 failed, 3 skipped');
});

it('counts a file that failed before its tests, and not twice when they failed', () => {
  const files = [
    { status: 'failed', tests: [] },
    { status: 'failed', tests: [['a', 'skipped'] as const] },
    { status: 'failed', tests: [['b', 'failed'] as const, ['c', 'failed'] as const] },
  ];
  const summary = readSummary(reportOf(files));
  expect(summary).toMatchObject({ passed: 0, failed: 4, skipped: ['a'] });
  expect(lastLine(summary, 1)).toBe('0 passed, 4 failed, 1 skipped');
});

it('never says that nothing failed when the run did', () => {
  const passed = readSummary(reportOf([{ status: 'passed', tests: [['a', 'passed'] as const] }]));
  expect(lastLine(passed, 1)).toBe('1 passed, 1 failed, 0 skipped');
  const none = readSummary(join(dir, 'nothing.json'));
  expect(none).toEqual({ passed: 0, failed: 1, skipped: [] });
  expect(lastLine(none, 0)).toBe('0 passed, 1 failed, 0 skipped');
});
