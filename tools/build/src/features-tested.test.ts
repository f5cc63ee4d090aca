import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namedTests, withoutTest } from './named-tests.js';
import { root } from './workspace.js';

const CALL =
  /`((?:(?:User|Friend|Group|Moment|Comment|MomentNotice)Service|server\.v1\.(?:Moment|Event)Service)\/\w+)`/g;

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
  const forBackEnds = ['Moment', 'Event'].flatMap(callsForBackEnds);
  expect(forBackEnds.length).toBeGreaterThan(7);
  expect([...calls, ...forBackEnds].filter((call) => !tested.has(call))).toEqual([]);
});

function callsForBackEnds(name: string): string[] {
  const proto = read(`proto/queqiao/server/v1/${name.toLowerCase()}_service.proto`);
  const methods = proto.matchAll(/^ {2}rpc (\w+)\(/gm);
  return [...methods].map(([, method = '']) => `server.v1.${name}Service/${method}`);
}

/** As generated code names it. */
function methodOf(call: string): string {
  const [, name = ''] = call.split('/');
  return name.charAt(0).toLowerCase() + name.slice(1);
}
