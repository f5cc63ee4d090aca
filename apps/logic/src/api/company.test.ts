import { expect, it } from 'vitest';
import { Company, COMPANY_MS } from './company.js';

function rig() {
  let nowMs = 0;
  const company = new Company({ monotonic: () => nowMs });
  const pass = (ms: number): void => void (nowMs += ms);
  return { company, pass };
}

it('is another app that has called lately, whoever called last', () => {
  const { company, pass } = rig();
  expect(company.has('a')).toBe(false);
  company.note('a');
  expect([company.has('a'), company.has('b')]).toEqual([false, true]);
  company.note('b');
  expect([company.has('a'), company.has('b'), company.has('c')]).toEqual([true, true, true]);
  pass(COMPANY_MS);
  company.note('a');
  expect([company.has('a'), company.has('b')]).toEqual([true, true]);
  pass(1);
  expect([company.has('a'), company.has('b')]).toEqual([false, true]);
});

it('is not lost by one app that calls and calls', () => {
  const { company, pass } = rig();
  company.note('b');
  for (let n = 0; n < 10; n += 1) company.note('a');
  pass(COMPANY_MS);
  expect(company.has('a')).toBe(true);
});
