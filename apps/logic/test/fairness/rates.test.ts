import { setTimeout as sleep } from 'node:timers/promises';
import { RATE_REPORT_MS } from '@queqiao/directory';
import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import { DomainError } from '@queqiao/domain';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BURST_SECONDS } from '../../src/api/call-admission.js';
import { callWith, doorsOf, grpcDoor, type AnyDoor } from '../rig/any-door.js';
import { ApiRig, newId } from '../rig/api-rig.js';

const SEND = 'queqiao.client.v1.MessageService/Send';
const SYNC = 'queqiao.client.v1.ConversationService/SyncConversations';
const SERVER_SEND = 'queqiao.server.v1.MessageService/SendMessage';
/** Slow, so that what a burst lets through is all there is; the burst is ten. */
const SLOW = 1;
const BURST = SLOW * BURST_SECONDS;

let redis: RedisServer;
let rig: ApiRig;
let apps = 0;

beforeAll(async () => {
  redis = await startRedis();
  rig = await ApiRig.start(2, undefined, redis.url);
});
afterAll(async () => {
  await rig.stop();
  await redis.stop();
});

async function newApp(settings: Parameters<ApiRig['createApp']>[1]): Promise<TestApp> {
  const app = await rig.createApp(`rates-${++apps}`, settings);
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob');
  return app;
}

const send = (door: AnyDoor, clientMsgId = newId()) =>
  callWith(door, SEND, {
    conversationId: 'd:ann:bob',
    clientMsgId,
    content: { text: { text: clientMsgId } },
  });
const sync = (door: AnyDoor) => callWith(door, SYNC, {});

async function errorOf(call: Promise<unknown>): Promise<DomainError | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/** Calls until one is refused: how many were not, and the refusal. */
async function untilRefused(call: () => Promise<unknown>, most = 100) {
  for (let done = 0; done < most; done += 1) {
    const refusal = await errorOf(call());
    if (refusal) return { done, refusal };
  }
  throw new Error(`${most} calls were all answered`);
}

/** The same by gRPC, with time between the calls for nodes to hear of each other; at most a burst. */
async function untilRefusedBy(call: () => Promise<unknown>) {
  for (let done = 0; done < BURST; done += 1) {
    await sleep(RATE_REPORT_MS * 1.5);
    const refused = await call().then(
      () => false,
      () => true,
    );
    if (refused) return { done };
  }
  return { done: BURST };
}

describe('a user who is too fast', () => {
  it('is told so by every door alike, with a hint, and by all together', async () => {
    const app = await newApp({ userWritesPerSecond: SLOW });
    const doors = (await doorsOf(rig, app, 'ann')).user;
    let turn = 0;
    const { done } = await untilRefused(() => send(doors[turn++ % doors.length] as AnyDoor));
    expect(done).toBeGreaterThanOrEqual(BURST);
    for (const door of doors) {
      // Each second lets another one through, at whichever door.
      const { refusal } = await untilRefused(() => send(door));
      expect([door.name, refusal.code, refusal.field]).toEqual([
        door.name,
        'RATE_LIMITED',
        'userWritesPerSecond',
      ]);
      expect(refusal.retryAfterMs).toBeGreaterThan(0);
      door.close();
    }
  });

  it('may still read, other users are not concerned, and reads have a limit of their own', async () => {
    const app = await newApp({ userWritesPerSecond: SLOW, userReadsPerSecond: 2 * SLOW });
    const [door] = (await doorsOf(rig, app, 'ann')).user as [AnyDoor];
    const [other] = (await doorsOf(rig, app, 'bob')).user as [AnyDoor];
    await untilRefused(() => send(door));
    const { done, refusal } = await untilRefused(() => sync(door));
    expect(done).toBeGreaterThanOrEqual(2 * BURST);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', field: 'userReadsPerSecond' });
    expect([await errorOf(send(other)), await errorOf(sync(other))]).toEqual([null, null]);
    door.close();
    other.close();
  });

  it('who repeats a stored message is not told that nothing was done, and gets its place later', async () => {
    const app = await newApp({ userWritesPerSecond: SLOW });
    const [door] = (await doorsOf(rig, app, 'ann')).user as [AnyDoor];
    const first = await send(door, 'm1');
    const { refusal } = await untilRefused(() => send(door));
    const { refusal: repeated } = await untilRefused(() => send(door, 'm1'));
    expect([repeated.code, repeated.row.effect, repeated.row.retryable]).toEqual([
      'RATE_LIMITED',
      'unknown',
      true,
    ]);
    expect(refusal.row.effect).toBe('unknown');
    await eventually('the repetition is answered', async () => {
      return (await errorOf(send(door, 'm1'))) === null;
    });
    expect(await eventuallyAnswered(() => send(door, 'm1'))).toEqual(first);
    door.close();
  });
});

async function eventuallyAnswered<T>(call: () => Promise<T>): Promise<T> {
  let answer: T | undefined;
  await eventually('an answer', async () => {
    return (await errorOf(call().then((given) => (answer = given)))) === null;
  });
  return answer as T;
}

it('an app has limits for all of its users together, and another app none of them', async () => {
  const app = await newApp({ appWritesPerSecond: SLOW, appReadsPerSecond: SLOW });
  const other = await newApp({});
  const doors = await Promise.all(
    ['ann', 'bob'].map(async (user) => (await doorsOf(rig, app, user)).user[0] as AnyDoor),
  );
  let turn = 0;
  const next = () => doors[turn++ % doors.length] as AnyDoor;
  expect((await untilRefused(() => send(next()))).refusal.field).toBe('appWritesPerSecond');
  expect((await untilRefused(() => sync(next()))).refusal.field).toBe('appReadsPerSecond');
  const [bystander] = (await doorsOf(rig, other, 'ann')).user as [AnyDoor];
  expect(await errorOf(send(bystander))).toBeNull();
  for (const door of [...doors, bystander]) door.close();
});

it('a credential has a limit of its own beside that of its app', async () => {
  const app = await newApp({ credentialCallsPerSecond: 1 });
  const [door] = (await doorsOf(rig, app, 'ann')).business as [AnyDoor];
  const message = () => ({
    conversationId: 'd:ann:bob',
    clientMsgId: newId(),
    sender: { kind: 'KIND_USER', id: 'ann' },
    content: { text: { text: 'x' } },
  });
  const { refusal } = await untilRefused(() => callWith(door, SERVER_SEND, message()));
  expect(refusal).toMatchObject({ code: 'RATE_LIMITED', field: 'credentialCallsPerSecond' });
  // In the place of a user it is not faster, and the user is not slower for it.
  const metadata = { authorization: `Bearer ${app.credential}`, 'queqiao-user': 'ann' };
  const onBehalf = grpcDoor(rig, metadata);
  const { done, refusal: instead } = await untilRefused(() => send(onBehalf));
  expect([done < BURST, instead.field]).toEqual([true, 'credentialCallsPerSecond']);
  const [user] = (await doorsOf(rig, app, 'ann')).user as [AnyDoor];
  expect(await errorOf(send(user))).toBeNull();
  for (const each of [door, onBehalf, user]) each.close();
});

describe('two nodes', () => {
  /** Sends to both in turns; who was granted how much. */
  async function grantedBy(app: TestApp, rounds: number): Promise<number> {
    const users = await Promise.all([0, 1].map((node) => rig.signedIn(app, 'ann', node)));
    let granted = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const user of users) {
        const sent = user.send('d:ann:bob', newId());
        granted += await sent.then(
          () => 1,
          () => 0,
        );
      }
    }
    return granted;
  }

  it('grant a burst each at most beyond the limit', async () => {
    const app = await newApp({ userWritesPerSecond: SLOW });
    const startedMs = performance.now();
    const granted = await grantedBy(app, 30);
    const seconds = (performance.now() - startedMs) / 1_000;
    expect(granted).toBeGreaterThanOrEqual(BURST);
    expect(granted).toBeLessThanOrEqual(3 * BURST + Math.ceil(seconds * SLOW));
  });

  it('a node that comes second has what the first one left, as soon as it has asked', async () => {
    // By itself it would grant all of the burst. A round in which so much time passes that the bucket is full again says nothing.
    await eventually('the second node grants less', async () => {
      const app = await newApp({ userWritesPerSecond: SLOW });
      const [first, second] = [await rig.signedIn(app, 'ann'), await rig.signedIn(app, 'ann', 1)];
      const burst = Array.from({ length: BURST }, () => first.send('d:ann:bob', newId()));
      await Promise.all(burst);
      const { done } = await untilRefusedBy(() => second.send('d:ann:bob', newId()));
      expect(done).toBeLessThan(BURST);
      return true;
    });
  });

  it('go on when Redis is killed, each keeping the limit by itself, and nobody waits for it', async () => {
    const app = await newApp({ userWritesPerSecond: SLOW });
    await redis.kill();
    try {
      const startedMs = performance.now();
      const granted = await grantedBy(app, 30);
      const seconds = (performance.now() - startedMs) / 1_000;
      expect(granted).toBeGreaterThanOrEqual(2 * BURST);
      expect(granted).toBeLessThanOrEqual(2 * (BURST + Math.ceil(seconds * SLOW)));
      const user = await rig.signedIn(app, 'bob');
      const sends = Array.from({ length: BURST }, () => user.send('d:ann:bob', newId()));
      const sent = await Promise.all(sends);
      expect(sent).toHaveLength(BURST);
    } finally {
      await redis.start();
    }
  });
});
