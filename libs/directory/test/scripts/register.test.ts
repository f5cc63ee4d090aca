import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DevicePolicy, Route } from '../../src/index.js';
import { type Fixture, plant, route, sharedFixture } from '../fixture.js';

const UNLIMITED: DevicePolicy = { mode: 'unlimited' };
const TWO: DevicePolicy = { mode: 'max-per-user', max: 2 };
const PER_PLATFORM: DevicePolicy = { mode: 'one-per-platform' };

let fixture: Fixture;
let users = 0;

beforeAll(async () => {
  fixture = await sharedFixture({
    routeTtlMs: 60_000,
    maxRoutesPerUser: 5,
    maxEvictedPerUser: 3,
  });
  await plant(fixture.directory, 'c1:b1', 'c2:b1');
});
afterAll(() => fixture.close());

function newUser() {
  const userId = `u${(users += 1)}`;
  const key = { appId: 'a', userId };
  const { directory } = fixture;
  return {
    key,
    login: (line: Route, policy = UNLIMITED) => directory.register('a', userId, line, policy),
    touch: (line: Route) => directory.touch('a', userId, line),
    forget: (line: Route) => directory.unregister('a', userId, line),
    lines: async () => (await directory.routesOf([key]))[0] ?? [],
  };
}

const registered = (...evicted: Route[]) => ({ status: 'registered', evicted });

describe('generations', () => {
  const older = route({ generation: 4, session: 1 });
  const newer = route({ generation: 5, session: 2, nodeId: 'c2' });

  it('replaces an older session of the device and names it', async () => {
    const user = newUser();
    expect(await user.login(older)).toEqual(registered());
    expect(await user.login(newer)).toEqual(registered(older));
    expect(await user.lines()).toEqual([newer]);
  });

  it('refuses the older session when the newer one came first, and writes nothing', async () => {
    const user = newUser();
    await user.login(newer);
    const before = await fixture.raw.get(fixture.keys.user(user.key));
    expect(await user.login(older)).toEqual({ status: 'superseded' });
    expect(await fixture.raw.get(fixture.keys.user(user.key))).toBe(before);
  });

  it('compares them as numbers up to 2^53-1', async () => {
    const user = newUser();
    const most = route({ generation: Number.MAX_SAFE_INTEGER, session: 2 });
    await user.login(route({ generation: 9 }));
    expect(await user.login(route({ generation: 10, session: 3 }))).toMatchObject({
      status: 'registered',
    });
    await user.login(most);
    const almost = route({ generation: Number.MAX_SAFE_INTEGER - 1, session: 4 });
    expect(await user.login(almost)).toEqual({ status: 'superseded' });
    expect(await user.lines()).toEqual([most]);
  });

  it('lets the later of two logins with one generation win', async () => {
    const user = newUser();
    await user.login(older);
    const twin = { ...older, session: 7 };
    expect(await user.login(twin)).toEqual(registered(older));
    expect(await user.lines()).toEqual([twin]);
  });

  it('changes nothing when the same session registers again', async () => {
    const user = newUser();
    const tablet = route({ deviceId: 'tablet', session: 9 });
    await user.login(older);
    await user.login(tablet);
    expect(await user.login(older)).toEqual(registered());
    expect(await user.lines()).toEqual([older, tablet]);
  });
});

describe('device policies', () => {
  const phone = route({ deviceId: 'phone', platform: 'ios', session: 1 });
  const pad = route({ deviceId: 'pad', platform: 'ios', session: 2 });
  const web = route({ deviceId: 'web', platform: 'web', session: 3, codec: 'json' });

  it('unlimited keeps every device', async () => {
    const user = newUser();
    for (const each of [phone, pad, web]) expect(await user.login(each)).toEqual(registered());
    expect(await user.lines()).toEqual([phone, pad, web]);
  });

  it('max-per-user evicts the oldest login', async () => {
    const user = newUser();
    await user.login(phone, TWO);
    await user.login(pad, TWO);
    expect(await user.login(web, TWO)).toEqual(registered(phone));
    expect(await user.lines()).toEqual([pad, web]);
  });

  it('max-per-user does not count the session that is replaced', async () => {
    const user = newUser();
    await user.login(phone, TWO);
    await user.login(pad, TWO);
    const again = { ...phone, generation: 2, session: 8 };
    expect(await user.login(again, TWO)).toEqual(registered(phone));
    expect(await user.lines()).toEqual([pad, again]);
  });

  it('one-per-platform evicts the other device of the platform only', async () => {
    const user = newUser();
    await user.login(phone, PER_PLATFORM);
    await user.login(web, PER_PLATFORM);
    expect(await user.login(pad, PER_PLATFORM)).toEqual(registered(phone));
    expect(await user.lines()).toEqual([web, pad]);
  });

  it('has an upper bound without any policy', async () => {
    const user = newUser();
    const many = [1, 2, 3, 4, 5, 6].map((n) => route({ deviceId: `d${n}`, session: n }));
    for (const each of many.slice(0, 5)) await user.login(each);
    expect(await user.login(many[5] ?? phone)).toEqual(registered(many[0] ?? phone));
    expect(await user.lines()).toEqual(many.slice(1));
  });

  it('refuses a policy that would evict the login itself', async () => {
    await expect(newUser().login(phone, { mode: 'max-per-user', max: 0 })).rejects.toThrow(
      RangeError,
    );
  });
});

describe('sessions that gave way', () => {
  const phone = route({ deviceId: 'phone', session: 1 });
  const pad = route({ deviceId: 'pad', platform: 'android', session: 2 });
  const web = route({ deviceId: 'web', platform: 'web', session: 3, codec: 'json' });
  const ONE: DevicePolicy = { mode: 'max-per-user', max: 1 };

  it('are named again to every session of the user until they are forgotten', async () => {
    const user = newUser();
    await user.login(phone, ONE);
    expect(await user.login(pad, ONE)).toEqual(registered(phone));
    expect(await user.login(pad, ONE)).toEqual(registered(phone));
    expect(await user.touch(pad)).toEqual(registered(phone));
    expect(await user.login(web, ONE)).toEqual(registered(phone, pad));
    expect(await user.lines()).toEqual([web]);
    await user.forget(phone);
    expect(await user.touch(web)).toEqual(registered(pad));
    await user.forget(pad);
    expect(await user.touch(web)).toEqual(registered());
  });

  it('are no routes, and count for no policy', async () => {
    const user = newUser();
    await user.login(phone, TWO);
    await user.login(pad, TWO);
    await user.login(web, TWO);
    expect(await user.lines()).toEqual([pad, web]);
    await user.forget(pad);
    const tablet = route({ deviceId: 'tablet', platform: 'ios', session: 4 });
    expect(await user.login(tablet, TWO)).toEqual(registered(phone));
    expect(await user.lines()).toEqual([web, tablet]);
    const other = route({ deviceId: 'other', platform: 'ios', session: 5 });
    await user.forget(tablet);
    expect(await user.login(other, PER_PLATFORM)).toEqual(registered(phone));
  });

  it('cannot come back', async () => {
    const user = newUser();
    await user.login(phone, ONE);
    await user.login(pad, ONE);
    const before = await fixture.raw.get(fixture.keys.user(user.key));
    expect(await user.touch(phone)).toEqual({ status: 'superseded' });
    expect(await user.login(phone, ONE)).toEqual({ status: 'superseded' });
    expect(await fixture.raw.get(fixture.keys.user(user.key))).toBe(before);
    const again = { ...phone, session: 7 };
    expect(await user.login(again, ONE)).toEqual(registered(phone, pad));
    expect(await user.lines()).toEqual([again]);
  });

  it('are dropped with their boot', async () => {
    const user = newUser();
    const node = { kind: 'connect', nodeId: 'c7', bootId: 'brief' } as const;
    const all = Array.from({ length: 256 }, (_, bucket) => bucket);
    await fixture.directory.plantCanaries(node, all, 60_000);
    const brief = { ...phone, nodeId: 'c7', bootId: 'brief' };
    await user.login(brief, ONE);
    expect(await user.login(pad, ONE)).toEqual(registered(brief));
    await fixture.directory.plantCanaries(node, all, 0);
    expect(await user.touch(pad)).toEqual(registered());
    expect(await fixture.raw.get(fixture.keys.user(user.key))).not.toContain('brief');
  });

  it('are bounded: the oldest is named once more and then dropped', async () => {
    const user = newUser();
    const many = [1, 2, 3, 4, 5].map((n) => route({ deviceId: `d${n}`, session: n }));
    for (const each of many.slice(0, 4)) await user.login(each, ONE);
    const last = many[4] ?? phone;
    expect(await user.login(last, ONE)).toEqual(registered(...many.slice(0, 4)));
    expect(await user.touch(last)).toEqual(registered(...many.slice(1, 4)));
  });
});

describe('boots that are gone', () => {
  const dead = route({ deviceId: 'old', nodeId: 'c9', bootId: 'gone', generation: 9, session: 1 });
  const phone = route({ session: 2 });

  it('are dropped without being evicted, and count for no policy', async () => {
    const user = newUser();
    await user.login(dead, TWO);
    await user.login(phone, TWO);
    expect(await user.lines()).toEqual([phone]);
    const pad = route({ deviceId: 'pad', session: 3 });
    expect(await user.login(pad, TWO)).toEqual(registered());
    expect(await user.lines()).toEqual([phone, pad]);
  });

  it('supersede nobody', async () => {
    const user = newUser();
    await user.login({ ...dead, deviceId: 'phone' });
    expect(await user.login(phone)).toEqual(registered());
    expect(await user.lines()).toEqual([phone]);
  });

  it('include those whose canary has run out by the clock of Redis', async () => {
    const user = newUser();
    const node = { kind: 'connect', nodeId: 'c8', bootId: 'late' } as const;
    const line = route({ deviceId: 'pad', nodeId: 'c8', bootId: 'late' });
    await user.login(line);
    const all = Array.from({ length: 256 }, (_, bucket) => bucket);
    await fixture.directory.plantCanaries(node, all, 60_000);
    await user.login(phone);
    expect(await user.lines()).toEqual([line, phone]);
    await fixture.directory.plantCanaries(node, all, 0);
    await user.login(phone);
    expect(await user.lines()).toEqual([phone]);
  });
});

describe('touch', () => {
  const phone = route({ deviceId: 'phone', session: 1 });
  const pad = route({ deviceId: 'pad', session: 2 });

  it('puts a lost line back without applying a policy', async () => {
    const user = newUser();
    await user.login(pad, { mode: 'max-per-user', max: 1 });
    expect(await user.touch(phone)).toEqual(registered());
    expect(await user.lines()).toEqual([pad, phone]);
  });

  it('extends the expiry of all lines and keeps their order', async () => {
    const user = newUser();
    await user.login(phone);
    await user.login(pad);
    await fixture.raw.pexpire(fixture.keys.user(user.key), 5_000);
    expect(await user.touch(phone)).toEqual(registered());
    expect(await fixture.raw.pttl(fixture.keys.user(user.key))).toBeGreaterThan(50_000);
    expect(await user.lines()).toEqual([phone, pad]);
  });

  it('yields to a later session of the device, also with the same generation', async () => {
    const user = newUser();
    await user.login({ ...phone, session: 5 });
    expect(await user.touch(phone)).toEqual({ status: 'superseded' });
    await user.login({ ...phone, session: 6, generation: 2 });
    expect(await user.touch(phone)).toEqual({ status: 'superseded' });
  });

  it('wins over an older session of the device', async () => {
    const user = newUser();
    await user.login(phone);
    const newer = { ...phone, generation: 2, session: 4 };
    expect(await user.touch(newer)).toEqual(registered(phone));
  });

  it('answers a batch in order', async () => {
    const user = newUser();
    await user.login({ ...phone, generation: 3, session: 9 });
    const results = await fixture.directory.touchAll([
      { ...user.key, route: phone },
      { ...user.key, route: pad },
    ]);
    expect(results).toEqual([{ status: 'superseded' }, registered()]);
  });
});
