import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namedTests, withoutTest } from './named-tests.js';
import { root } from './workspace.js';

const CALL = /`((?:User|Friend|Group|Moment|Comment|MomentNotice)Service\/\w+)`/g;

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const callsIn = (text: string): string[] => [...text.matchAll(CALL)].map(([, call = '']) => call);
const operations = namedTests(read('docs/features-tested.md'));

it('every operation of users, friends, groups and Moments names a test, and it exists', () => {
  expect(operations.length).toBeGreaterThan(110);
  expect(withoutTest(root, operations)).toEqual([]);
});

it('that test makes the calls that the operation takes', () => {
  const unmade = operations.flatMap(({ cells, path }) => {
    const source = read(path);
    return callsIn(cells.join()).filter((call) => !source.includes(`'${methodOf(call)}'`));
  });
  expect(unmade).toEqual([]);
});

it('every call of these services is among them', () => {
  const tested = new Set(operations.flatMap(({ cells }) => callsIn(cells.join())));
  const calls = callsIn(read('docs/protocol.md'));
  expect(calls.length).toBeGreaterThan(63);
  expect(calls.filter((call) => !tested.has(call))).toEqual([]);
});

/** As generated code names it. */
function methodOf(call: string): string {
  const [, name = ''] = call.split('/');
  return name.charAt(0).toLowerCase() + name.slice(1);
}
