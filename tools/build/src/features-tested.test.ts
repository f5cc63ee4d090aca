import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namedTests, withoutTest } from './named-tests.js';
import { root } from './workspace.js';

const CALL =
  /`((?:(?:User|Friend|Group|Moment|Comment|MomentNotice)Service|(?:server|admin)\.v1\.\w+Service)\/\w+)`/g;

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const callsIn = (text: string): string[] => [...text.matchAll(CALL)].map(([, call = '']) => call);
const operations = namedTests(read('docs/features-tested.md'));

it('every operation names a test, and it exists', () => {
  expect(operations.length).toBeGreaterThan(220);
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
  const forBackEnds = callsOf('server');
  expect(forBackEnds.length).toBeGreaterThan(58);
  const forOperators = callsOf('admin');
  expect(forOperators.length).toBeGreaterThan(13);
  const all = [...calls, ...forBackEnds, ...forOperators];
  expect(all.filter((call) => !tested.has(call))).toEqual([]);
});

/** Every call of the services of a package. */
function callsOf(name: string): string[] {
  const folder = `proto/queqiao/${name}/v1`;
  return readdirSync(join(root, folder)).flatMap((file) => {
    const proto = read(`${folder}/${file}`);
    const [, service] = /^service (\w+) \{/m.exec(proto) ?? [];
    const methods = proto.matchAll(/^ {2}rpc (\w+)\(/gm);
    return [...methods].map(([, method = '']) => `${name}.v1.${service}/${method}`);
  });
}

/** As generated code names it. */
function methodOf(call: string): string {
  const [, name = ''] = call.split('/');
  return name.charAt(0).toLowerCase() + name.slice(1);
}
