import { parseAppId, parseDeviceId, parseUserId } from '@queqiao/domain';
import { beforeEach, describe, expect, it } from 'vitest';
import { appRules } from '../../../test/fakes/app-rules.js';
import { FakePresence } from '../../../test/fakes/fake-presence.js';
import type { BusinessContext, UserContext } from '../caller.js';
import { GetPresence, GetTruePresence } from './get-presence.js';
import { SUBSCRIPTION_LASTS_MS, SubscribePresence } from './subscribe-presence.js';
import { TellPresence } from './tell-presence.js';
import { UnsubscribePresence } from './unsubscribe-presence.js';

const appId = parseAppId('demo');
const user = parseUserId;
const base = { appId, requestId: 'r', signal: { aborted: false } };
const backEnd: BusinessContext = { ...base, caller: { kind: 'business', credentialId: 'c' } };
const as = (userId: string): UserContext => ({
  ...base,
  caller: { kind: 'user', userId: user(userId), deviceId: parseDeviceId('d') },
});

let world: FakePresence;
let get: GetPresence;
let subscribe: SubscribePresence;
let tell: TellPresence;

beforeEach(() => {
  world = new FakePresence();
  const deps = { apps: world, rows: world, online: world, subscriptions: world, pusher: world };
  get = new GetPresence(deps);
  subscribe = new SubscribePresence(deps);
  tell = new TellPresence(deps);
  for (const id of ['ann', 'bob']) world.users.set(id, {});
});

function presence(on: boolean): void {
  world.state = { status: 'active', settings: appRules({ presence: on }) };
}

const annOnline = { userId: 'ann', platforms: ['ios', 'web'], lastSeenMs: 0 };
const annAway = { userId: 'ann', platforms: [], lastSeenMs: 70 };
const annHidden = { userId: 'ann', platforms: [], lastSeenMs: 0 };

/** Every cell in which bob, or ann herself, sees whether ann is online; in all others she is offline. */
const VISIBLE = new Set([
  'on everyone friend open other',
  'on everyone stranger open other',
  'on friends friend open other',
  ...['everyone', 'friends', 'nobody'].flatMap((rule) =>
    ['friend', 'stranger'].flatMap((bond) =>
      ['open', 'blocked'].map((block) => `on ${rule} ${bond} ${block} self`),
    ),
  ),
]);
const cells = ['on', 'off'].flatMap((app) =>
  (['everyone', 'friends', 'nobody'] as const).flatMap((rule) =>
    ['friend', 'stranger'].flatMap((bond) =>
      ['open', 'blocked'].flatMap((block) =>
        ['other', 'self'].map((who) => ({ app, rule, bond, block, who })),
      ),
    ),
  ),
);

describe('who sees whom', () => {
  it('has a cell for every case', () => {
    expect(cells).toHaveLength(48);
  });

  it.each(cells)('$app $rule $bond $block $who', async ({ app, rule, bond, block, who }) => {
    const visible = VISIBLE.has(`${app} ${rule} ${bond} ${block} ${who}`);
    const viewer = as(who === 'self' ? 'ann' : 'bob');
    presence(app === 'on');
    world.users.set('ann', { rule, friends: bond === 'friend', blocked: block === 'blocked' });
    world.online.set('ann', ['ios', 'web']);
    expect(await get.run(viewer, ['ann'])).toEqual([visible ? annOnline : annHidden]);
    const subscribed = await subscribe.run(viewer, ['ann']);
    expect(subscribed.presences).toEqual([visible ? annOnline : annHidden]);
    expect(world.watchers.has('ann')).toBe(visible);
    // The same for one who watched before, and for one who is away.
    world.watchers.set('ann', [viewer.caller.userId]);
    world.online.delete('ann');
    world.seen.set(user('ann'), 70);
    expect(await get.run(viewer, ['ann'])).toEqual([visible ? annAway : annHidden]);
    await tell.run({ appId, userIds: ['ann'] });
    const wanted = [{ userId: 'ann', viewerId: viewer.caller.userId, presence: annAway }];
    expect(world.told).toEqual(visible ? wanted : []);
  });
});

describe('asking', () => {
  it('answers each user once, in the order of the request, with one read of each kind', async () => {
    world.users.set('cat', { rule: 'nobody' });
    world.online.set('bob', ['web']).set('cat', ['web']).set('stranger', ['web']);
    world.seen.set(user('ann'), 70);
    const answer = await get.run(as('dan'), ['cat', 'bob', 'stranger', 'ann', 'bob']);
    expect(answer).toEqual([
      { userId: 'cat', platforms: [], lastSeenMs: 0 },
      { userId: 'bob', platforms: ['web'], lastSeenMs: 0 },
      { userId: 'stranger', platforms: [], lastSeenMs: 0 },
      annAway,
    ]);
    expect(world.calls).toEqual(['facts 4', 'platforms', 'last seen']);
  });

  it('costs nothing but the rules where presence is off', async () => {
    presence(false);
    await get.run(as('bob'), ['ann']);
    await subscribe.run(as('bob'), ['ann']);
    await tell.run({ appId, userIds: ['ann'] });
    expect(world.calls).toEqual([]);
  });

  it('tells back ends how it is, whatever the settings', async () => {
    presence(false);
    world.users.set('ann', { rule: 'nobody', blocked: true });
    world.online.set('ann', ['ios', 'web']);
    const truth = new GetTruePresence({ rows: world, online: world });
    expect(await truth.run(backEnd, ['ann'])).toEqual([annOnline]);
  });

  it('bounds what one call names', async () => {
    const many = Array.from({ length: 101 }, (_, n) => `u${n}`);
    for (const work of [get, subscribe]) {
      const run = (ids: string[]) => work.run(as('bob'), ids);
      await expect(run(many)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'user_ids' });
      await expect(run([])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'user_ids' });
      await expect(run(['a', ':'])).rejects.toMatchObject({ field: 'user_ids[1]' });
    }
    const told = tell.run({ appId, userIds: many });
    await expect(told).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'user_ids' });
  });
});

describe('subscribing', () => {
  it('says how long it lasts, and whose changes will not be told', async () => {
    world.online.set('ann', ['web']);
    world.full.add('ann');
    expect(await subscribe.run(as('dan'), ['bob', 'ann'])).toEqual({
      presences: [
        { userId: 'bob', platforms: [], lastSeenMs: 0 },
        { userId: 'ann', platforms: ['web'], lastSeenMs: 0 },
      ],
      lastsMs: SUBSCRIPTION_LASTS_MS,
      crowdedUserIds: ['ann'],
    });
  });

  it('counts those that may not be seen like others, before anything is watched', async () => {
    world.maxWatched = 2;
    world.users.set('ann', { rule: 'nobody' });
    const refused = subscribe.run(as('dan'), ['ann', 'nobody', 'bob']);
    await expect(refused).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'user_ids' });
    expect(world.watchers.size).toBe(0);
    await subscribe.run(as('dan'), ['ann', 'bob']);
    expect([...(world.noted.get('dan') ?? [])]).toEqual(['ann', 'bob']);
    expect([...world.watchers.keys()]).toEqual(['bob']);
  });

  it('ends for those named, or for all', async () => {
    const unsubscribe = new UnsubscribePresence({ subscriptions: world });
    await unsubscribe.run(as('dan'), ['ann', 'bob']);
    await unsubscribe.run(as('dan'), []);
    expect(world.calls).toEqual(['unwatch dan ann,bob', 'unwatch dan ']);
    const many = Array.from({ length: 201 }, (_, n) => `u${n}`);
    await expect(unsubscribe.run(as('dan'), many)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });
});

describe('telling', () => {
  it('goes to those who watch and may see, in bounded steps', async () => {
    const fans = Array.from({ length: 400 }, (_, n) => `fan${n}`);
    world.watchers.set('ann', fans).set('bob', fans).set('cat', ['dan']);
    world.users.set('cat', { rule: 'nobody' });
    await tell.run({ appId, userIds: ['ann', 'bob', 'cat', 'nobody'] });
    expect(world.pushes).toEqual([500, 300]);
    expect(new Set(world.told.map(({ presence: { userId } }) => userId))).toEqual(
      new Set(['ann', 'bob']),
    );
    expect(world.told.at(-1)).toMatchObject({ viewerId: 'fan399', presence: { userId: 'bob' } });
    expect(world.calls).toEqual(['take', 'last seen', 'facts 500', 'facts 301']);
  });

  it('is nothing to an app that is suspended or unknown', async () => {
    world.watchers.set('ann', ['bob']);
    for (const state of [null, { status: 'suspended', settings: appRules() } as const]) {
      world.state = state;
      await tell.run({ appId, userIds: ['ann'] });
    }
    expect(world.calls).toEqual([]);
  });
});
