import { expect, test } from 'vitest';
import { parseNoisyOptions } from './noisy-options.js';

test('floods with messages and with other changes unless told otherwise', () => {
  expect(parseNoisyOptions([]).flood).toEqual(['messages', 'changes']);
  expect(parseNoisyOptions(['--flood', 'changes']).flood).toEqual(['changes']);
});

test.each([
  [['--flood', 'reads'], '--flood'],
  [['--flood', ''], '--flood'],
  [['--seconds', '31'], '--seconds'],
  [['--times', '1'], '--times'],
  [['--logic-env', 'x'], '--logic-env'],
])('refuses %j', (args, message) => {
  expect(() => parseNoisyOptions(args)).toThrow(message);
});
