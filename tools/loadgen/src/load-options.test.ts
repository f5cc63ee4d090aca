import { expect, test } from 'vitest';
import { parseLoadOptions } from './load-options.js';
import { sharesOf } from './worker-pool.js';

const load = (...args: string[]) => parseLoadOptions(args).load;

test('a closed loop of 200 for ten seconds, over as many pairs', () => {
  expect(load()).toMatchObject({ inFlight: 200, rate: undefined, seconds: 10, pairs: 200 });
});

test('a bound in messages replaces the one in seconds', () => {
  expect(load('--rate', '500', '--messages', '300')).toMatchObject({
    inFlight: undefined,
    rate: 500,
    messages: 300,
    seconds: undefined,
  });
});

test.each([
  [['--rate', '5', '--in-flight', '5'], 'exclude'],
  [['--messages', '0'], '--messages'],
  [['--pairs', '1', '--in-flight', '65'], '--pairs'],
  [['--workers', '3', '--pairs', '2'], 'pair'],
  [['--socket', 'ws://x/ws'], '--mysql'],
  [['--socket', 'ws://x/ws', '--mysql', 'mysql://x/y', '--compare-batch-1'], 'of its own'],
  [['--logic-env', 'X'], 'NAME=VALUE'],
])('refuses %j', (args, message) => {
  expect(() => parseLoadOptions(args)).toThrow(message);
});

test('workers share a plan without losing any of it', () => {
  const shares = sharesOf({ messages: 10, inFlight: 7, rate: 50, seconds: 3 }, 4);
  const sum = (of: (share: (typeof shares)[number]) => number | undefined) =>
    shares.reduce((total, share) => total + (of(share) ?? 0), 0);
  expect(sum(({ messages }) => messages)).toBe(10);
  expect(sum(({ inFlight }) => inFlight)).toBe(7);
  expect(sum(({ rate }) => rate)).toBe(50);
  expect(shares.map(({ seconds }) => seconds)).toEqual([3, 3, 3, 3]);
});
