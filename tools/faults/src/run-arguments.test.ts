import { describe, expect, it } from 'vitest';
import { parseRunArguments } from './run-arguments.js';

describe('parseRunArguments', () => {
  it('reads a duration with its unit, a seed and names of faults', () => {
    const args = ['--duration', '90s', '--seed', '7', '--only', 'kill logic, kill Redis'];
    expect(parseRunArguments(args)).toMatchObject({
      quick: false,
      durationMs: 90_000,
      seed: 7,
      only: ['kill logic', 'kill Redis'],
    });
    expect(parseRunArguments(['--duration', '20m']).durationMs).toBe(1_200_000);
  });

  it('lets a quick run end with its list', () => {
    expect(parseRunArguments(['--quick'])).toMatchObject({ quick: true, durationMs: 0 });
  });

  it.each([['--duration', '20'], ['--seed', 'x'], ['--devices', '2'], ['--nonsense']])(
    'refuses %s %s',
    (...args) => {
      expect(() => parseRunArguments(args)).toThrow(/--/);
    },
  );
});
