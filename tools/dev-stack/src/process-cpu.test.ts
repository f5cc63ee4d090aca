import { expect, test } from 'vitest';
import { cpuSeconds, cpuSecondsOf } from './process-cpu.js';

test('the times stand behind the name, which may hold spaces and brackets', () => {
  const stat = '71 (a) b (c) S 1 71 71 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 11 0 8 9';
  expect(cpuSecondsOf(stat)).toBe(3);
});

test('what is no such line has no times', () => {
  expect(cpuSecondsOf('')).toBeUndefined();
  expect(cpuSeconds(-1)).toBeUndefined();
});
