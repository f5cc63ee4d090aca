import { expect, it } from 'vitest';
import { parseTestArguments } from './test-arguments.js';

it('runs everything when nothing is said', () => {
  expect(parseTestArguments([])).toEqual({ long: false, vitest: [] });
});

it('takes names for projects and hands options on', () => {
  expect(parseTestArguments(['connect', '--bail=1', 'web', '-u'])).toEqual({
    long: false,
    vitest: ['--project', 'connect', '--project', 'web', '--bail=1', '-u'],
  });
});

it('runs both projects of what is split', () => {
  expect(parseTestArguments(['logic']).vitest).toEqual([
    '--project',
    'logic',
    '--project',
    'logic-units',
  ]);
});

it('with --long takes names for scenarios', () => {
  expect(parseTestArguments(['hot', '--long', '--bail=1'])).toEqual({
    long: true,
    vitest: ['--project', 'e2e', '--bail=1', 'hot'],
  });
  expect(parseTestArguments(['--long'])).toEqual({ long: true, vitest: ['--project', 'e2e'] });
});
