import { methodsOf, type BareDevice, type ItemOf, type JsonObject } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_ROWS } from '../../src/same-calls/all-rows.js';
import { KINDS, SameApp, type Kind } from '../../src/same-calls/same-app.js';
import { bodyOf } from '../../src/same-calls/scene.js';
import { swapped } from '../../src/same-calls/strangers.js';
import { socketWay, type Way } from '../../src/same-calls/ways.js';
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

describe('users and devices of the same names', () => {
  const CLIENT = 'queqiao.client.v1';
  const online = ({ event }: ItemOf<'push'>): boolean => {
    const inner = event?.$case === 'transient' ? event.value.event : undefined;
    return inner?.$case === 'presence' && inner.value.online;
  };

  it('are online each in its own app', async () => {
    const { amy, ben } = mine.scene(MINE);
    const watchers: BareDevice[] = [];
    for (const app of [mine, theirs]) {
      watchers.push(await app.signIn(amy, 'watch'));
      const subscribe = `${CLIENT}.PresenceService/SubscribePresence`;
      await bodyOf(await app.as(amy), subscribe, { user_ids: [ben] });
    }
    const phone = await theirs.signIn(ben, 'phone');
    await watchers[1]?.next('push', online);
    const get = `${CLIENT}.PresenceService/GetPresence`;
    const { presences } = await bodyOf(await mine.as(amy), get, { user_ids: [ben] });
    expect(presences).toMatchObject([{ userId: ben, online: false }]);
    expect(watchers[0]?.all('push').filter(online)).toEqual([]);
    await theirs.leave([...watchers.slice(1), phone]);
    await mine.leave(watchers.slice(0, 1));
  });

  it('are signed out each in its own app', async () => {
    const { ben } = mine.scene(MINE);
    const signOut = `${CLIENT}.DeviceService/SignOutDevice`;
    const [own, other] = [await mine.signIn(ben, 'tablet'), await theirs.signIn(ben, 'tablet')];
    await bodyOf(await mine.as(ben), signOut, { device_id: 'tablet' });
    expect(await own.closed).toBe(4204);
    const later = [await mine.signIn(ben, 'laptop'), await theirs.signIn(ben, 'laptop')];
    await mine.signOut(ben);
    expect(await later[0]?.closed).toBe(4204);
    // A round trip on each: whatever was to be closed would be.
    for (const device of [other, ...later.slice(1)]) {
      const answer = await theirs.tell(
        socketWay(device),
        `${CLIENT}.UserService/GetMe`,
        {},
        new Map(),
      );
      expect(answer.answer).toHaveProperty('body');
    }
    await theirs.leave([other, ...later.slice(1)]);
  });
});
