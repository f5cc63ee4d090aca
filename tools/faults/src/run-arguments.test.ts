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

  it('reads what feeds the devices', () => {
    expect(parseRunArguments(['--feeds', 'push, sdk']).feeds).toEqual(['push', 'sdk']);
  });

  it('reads how much has to be done, and what is to be judged', () => {
    expect(parseRunArguments([])).toMatchObject({ atLeast: 0, judge: undefined });
    expect(parseRunArguments(['--at-least', '100000'])).toMatchObject({ atLeast: 100_000 });
    expect(parseRunArguments(['--judge', 'some/folder'])).toMatchObject({ judge: 'some/folder' });
  });

  it('lets a quick run end with its list', () => {
    expect(parseRunArguments(['--quick'])).toMatchObject({ quick: true, durationMs: 0 });
  });

  it.each([
    ['--duration', '20'],
    ['--seed', 'x'],
    ['--devices', '2'],
    ['--feeds', 'pull'],
    ['--at-least', '-1'],
    ['--nonsense'],
  ])('refuses %s %s', (...args) => {
    expect(() => parseRunArguments(args)).toThrow(/--/);
  });
});
