import { createGrpcClient } from '@queqiao/grpc-kit';
import {
  Platform,
  PresenceRule,
  PresenceServiceDefinition as Presences,
  UpdateMySettingsRequest,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import { PresenceServiceDefinition as ServerPresences } from '@queqiao/protocol/server';
import { BareDevice, eventually, flushRedis, type Codec } from '@queqiao/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackEnd } from '../../src/doors.js';
import { metricSum } from '../../src/metric.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });

/** The one who watches, on two connect nodes by both subprotocols. */
let phone: BareDevice;
let desk: BareDevice;
let backEnd: BackEnd;

beforeAll(async () => {
  backEnd = new BackEnd(cluster().logicAt(1).grpcAddress, cluster().app);
  await backEnd.upsert('ann', 'bob', 'cat', 'dan', 'eve');
  phone = await signIn('ann', 0, { deviceId: 'phone', codec: 'json' });
  desk = await signIn('ann', 1, { deviceId: 'desk' });
  return async () => {
    backEnd.close();
    await Promise.all([phone, desk].map((each) => each.close()));
  };
});

async function signIn(
  user: string,
  node: number,
  more: { deviceId?: string; codec?: Codec; platform?: Platform } = {},
): Promise<BareDevice> {
  const token = await cluster().app.token(user);
  const { socketUrl } = cluster().connectAt(node);
  return BareDevice.signIn(socketUrl, { token, deviceId: 'd', ...more });
}

async function subscribe(device: BareDevice, ...userIds: string[]) {
  return device.call(Presences, Presences.methods.subscribePresence, { userIds });
}

/** What a device was told of a user, in order. */
function told(device: BareDevice, userId: string) {
  return device.all('push').flatMap(({ event }) => {
    const inner = event?.$case === 'transient' ? event.value.event : undefined;
    return inner?.$case === 'presence' && inner.value.userId === userId ? [inner.value] : [];
  });
}

/** Both devices are told the next thing of a user; the same, and nothing in between. */
async function bothTold(userId: string, count: number) {
  await eventually(`${userId} is told of ${count} times`, () =>
    [phone, desk].every((device) => told(device, userId).length >= count),
  );
  expect(told(desk, userId)).toEqual(told(phone, userId));
  expect(told(phone, userId)).toHaveLength(count);
  return told(phone, userId).at(-1);
}

const gone = (userId: string) => ({ userId, online: false, platforms: [], lastSeenMs: 0 });
const here = (userId: string, ...platforms: string[]) => {
  return { userId, online: true, platforms, lastSeenMs: 0 };
};

describe('over two connect nodes', () => {
  it('a viewer sees a user come and go, by platform, and when the user was last seen', async () => {
    expect((await subscribe(phone, 'bob')).presences).toEqual([gone('bob')]);
    const android = await signIn('bob', 1, { platform: Platform.ANDROID });
    expect(await bothTold('bob', 1)).toEqual(here('bob', 'android'));
    const mini = await signIn('bob', 0, { deviceId: 'm', platform: Platform.MINI_PROGRAM });
    expect(await bothTold('bob', 2)).toEqual(here('bob', 'android', 'mini_program'));
    await android.close();
    expect(await bothTold('bob', 3)).toEqual(here('bob', 'mini_program'));
    await mini.close();
    const away = await bothTold('bob', 4);
    expect(away).toMatchObject({ online: false, platforms: [] });
    expect(away?.lastSeenMs).toBeGreaterThan(0);
    expect((await subscribe(desk, 'bob')).presences).toEqual([away]);
  });

  it('nobody sees a user who wants it so, but back ends and the user', async () => {
    await subscribe(phone, 'cat', 'dan');
    const before = await signIn('cat', 0);
    await bothTold('cat', 1);
    const request = { clientRequestId: 'hide', presence: PresenceRule.NOBODY };
    await before.call(
      Users,
      Users.methods.updateMySettings,
      UpdateMySettingsRequest.create(request),
    );
    await before.close();
    const cat = await signIn('cat', 1, { platform: Platform.LINUX });
    const client = createGrpcClient(ServerPresences, cluster().logicAt(0).grpcAddress);
    const truth = await client.getPresence({ userIds: ['cat'] }, backEnd.options);
    client.close();
    expect(truth.presences).toEqual([here('cat', 'linux')]);
    // Whoever comes later is told of later.
    const dan = await signIn('dan', 1);
    await bothTold('dan', 1);
    expect(told(phone, 'cat')).toEqual([here('cat', 'web')]);
    expect((await subscribe(phone, 'cat')).presences).toEqual([gone('cat')]);
    expect((await subscribe(cat, 'cat')).presences).toEqual([here('cat', 'linux')]);
    await Promise.all([cat.close(), dan.close()]);
  });

  it('all is told again after Redis was emptied and the viewer has subscribed again', async () => {
    const eve = await signIn('eve', 1);
    await subscribe(phone, 'eve');
    await flushRedis(cluster().redis.url);
    for (const device of [phone, desk]) {
      await device.next('resync', ({ conversationId }) => conversationId === '');
    }
    await eventually('eve is found again', async () => {
      const [presence] = (await subscribe(phone, 'eve')).presences;
      return presence?.online === true;
    });
    await eve.close();
    for (const device of [phone, desk]) {
      const last = await eventually('the device is told that eve has gone', () => {
        const presence = told(device, 'eve').at(-1);
        return presence?.online === false ? presence : undefined;
      });
      expect(last.platforms).toEqual([]);
    }
  });

  it('who leaves while Redis does not answer is away once it does', async () => {
    const { process } = cluster().connectAt(1);
    const left = () => metricSum(process, 'queqiao_queue_items', 'queue="departures-left"');
    const fay = await signIn('fay', 1);
    await subscribe(phone, 'fay');
    const seen = told(phone, 'fay').length;
    cluster().redis.pause();
    try {
      await fay.close();
      await eventually('the line of fay could not be removed', async () => (await left()) === 1);
    } finally {
      cluster().redis.resume();
    }
    await eventually('it is', async () => (await left()) === 0);
    await eventually('the viewer is told', () =>
      told(phone, 'fay')
        .slice(seen)
        .some(({ online }) => !online),
    );
    expect((await subscribe(phone, 'fay')).presences[0]?.online).toBe(false);
  });

  it('a renewal finds out that a node has died with its users', async () => {
    const node = cluster().connectAt(1);
    const bob = await signIn('bob', 1);
    await eventually('bob is here', async () => {
      return (await subscribe(phone, 'bob')).presences[0]?.online === true;
    });
    await node.process.kill();
    expect(await bob.closed).toBe(1006);
    await eventually('the lease of the node runs out', async () => {
      return (await subscribe(phone, 'bob')).presences[0]?.online === false;
    });
    await node.process.start();
  });
});
