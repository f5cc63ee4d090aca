import { expect, it } from 'vitest';
import { parseUpArguments } from './up-arguments.js';

it('starts one of each and keeps the data when nothing is said', () => {
  expect(parseUpArguments([])).toEqual({ connect: 1, logic: 1, reset: false });
});

it('takes numbers of nodes, and starting over', () => {
  const args = ['--connect', '2', '--logic=8', '--reset'];
  expect(parseUpArguments(args)).toEqual({ connect: 2, logic: 8, reset: true });
});

it.each(['0', '9', '-1', '1.5', 'two', ''])(
  'refuses %j nodes and says how many there may be',
  (n) => {
    expect(() => parseUpArguments([`--connect=${n}`])).toThrow(
      '--connect takes a number from 1 to 8',
    );
    expect(() => parseUpArguments([`--logic=${n}`])).toThrow('--logic takes a number from 1 to 8');
  },
);

it('refuses what it does not know', () => {
  expect(() => parseUpArguments(['--conect', '2'])).toThrow('--conect');
  expect(() => parseUpArguments(['2'])).toThrow("'2'");
});
