import { methodsOf, type BareDevice, type JsonObject } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_ROWS } from '../../src/same-calls/all-rows.js';
import { KINDS, SameApp, type Kind } from '../../src/same-calls/same-app.js';
import { swapped } from '../../src/same-calls/strangers.js';
import type { Way } from '../../src/same-calls/ways.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster();
const methods = methodsOf('queqiao.client.v1');
/** Amy's, who tries what is the other app's. */
const MINE = 0;
/** Those whom only the other app has, and those whom no app has. */
const FOREIGN = 500;
const NOBODYS = 900;

let mine: SameApp;
let theirs: SameApp;
const phones: BareDevice[] = [];
const ways = new Map<Kind, Way>();

beforeAll(async () => {
  mine = await SameApp.furnish(cluster(), 'mine', [MINE]);
  const numbers = methods.map((_, number) => FOREIGN + number);
  theirs = await SameApp.furnish(cluster(), 'theirs', [MINE, ...numbers], 1);
  const { amy } = mine.scene(MINE);
  for (const kind of KINDS) {
    const phone = await mine.signIn(amy, `phone-${kind}`, kind === 'json' ? 'json' : 'proto');
    phones.push(phone);
    ways.set(kind, await mine.way(kind, amy, phone));
  }
}, 120_000);
afterAll(() => {
  mine.close();
  theirs.close();
});

let asked = 0;
/** The same request as another one: it repeats none. */
function anew(request: JsonObject): JsonObject {
  const ids = ['client_request_id', 'client_msg_id'].filter((name) => name in request);
  asked += 1;
  return { ...request, ...Object.fromEntries(ids.map((name) => [name, `anew-${asked}`])) };
}

describe('what another app has', () => {
  it.each(methods)('is nothing to %s', async (path) => {
    const number = FOREIGN + methods.indexOf(path);
    const devices: BareDevice[] = [];
    const scene = theirs.scene(number, devices);
    for (const user of [scene.amy, scene.ben]) devices.push(await theirs.signIn(user, 'phone'));
    const calls = await CLIENT_ROWS.get(path)?.(scene);
    if (!calls) throw new Error(`${path} has no row`);
    const words = JSON.stringify(calls.good).replaceAll(theirs.marker, mine.marker);
    const strange = JSON.parse(words) as JsonObject;
    const { request, names } = swapped(strange, scene, NOBODYS + methods.indexOf(path));
    const unsaid = [...scene.madeUp.keys()].filter((id) => !words.includes(id));
    for (const [kind, way] of ways) {
      const foreign = await mine.tell(way, path, anew(strange), new Map(names.foreign));
      const nobodys = await mine.tell(way, path, anew(request), new Map(names.nobodys));
      const told = JSON.stringify(foreign.answer);
      expect(
        unsaid.filter((id) => told.includes(id)),
        kind,
      ).toEqual([]);
      // What names nobody is answered by what is the caller's own, and changes it.
      if (names.foreign.size > 0) expect(foreign.shown, kind).toEqual(nobodys.shown);
    }
    // Nothing has happened to it.
    const own = await theirs.way('grpc', scene.amy, devices[0] as BareDevice);
    const { answer } = await theirs.tell(own, path, calls.good, scene.madeUp);
    expect(answer).toHaveProperty('body');
    await theirs.leave(devices);
  });

  it('is not heard of, by callers and devices of either app', async () => {
    await mine.leave(phones);
    expect(theirs.heard.filter((text) => text.includes(theirs.marker)).length).toBeGreaterThan(50);
    expect(mine.heard.filter((text) => text.includes(theirs.marker))).toEqual([]);
    expect(theirs.heard.filter((text) => text.includes(mine.marker))).toEqual([]);
  });
});
