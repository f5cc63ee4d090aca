import { BareDevice, eventually, type ConnectNode, type TestCluster } from '@queqiao/testkit';
import { MessageServiceDefinition as Messages, SendRequest } from '@queqiao/protocol/client';
import { expect, it } from 'vitest';
import { BackEnd, text, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 1, logic: 1 });

async function signIn({ app }: TestCluster, { socketUrl }: ConnectNode, user: string) {
  return BareDevice.signIn(socketUrl, { token: await app.token(user), deviceId: `of-${user}` });
}

function send(device: BareDevice, clientMsgId: string): Promise<{ seq: number }> {
  const content = text('hello');
  const request = SendRequest.create({ conversationId: 'd:ann:bob', clientMsgId, content });
  return device.call(Messages, Messages.methods.send, request);
}

it('nodes that start while Redis is away join when it is back, and the others serve meanwhile', async () => {
  const { app, redis } = cluster();
  const old = cluster().connectAt(0);
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, app);
  await backEnd.upsert('ann', 'bob');
  await redis.kill();
  // The present nodes serve: new sign-ins, sends and pushes.
  const [ann, bob] = [await signIn(cluster(), old, 'ann'), await signIn(cluster(), old, 'bob')];
  expect((await send(ann, 'm1')).seq).toBe(1);
  await bob.next('push');
  // A new logic node serves its public door.
  const logic = await cluster().addLogic();
  const door = new UserDoor(logic.grpcAddress, await app.token('bob'), 'd1');
  expect(await door.send('d:ann:bob', 'm1', 'over the new node')).toBe(2);
  // A new connect node finds no logic node without Redis; it stays, says so, and joins when Redis is back.
  const joining = cluster().addConnect();
  await eventually('the new connect node is up', async () => {
    const health = await fetch(`${cluster().connectAt(1).process.operationsUrl}/healthz`);
    return health.status === 200;
  });
  expect(await cluster().connectAt(1).process.isReady()).toBe(false);
  expect((await send(ann, 'm2')).seq).toBe(3);
  await redis.start();
  const fresh = await joining;
  const moved = await signIn(cluster(), fresh, 'carol');
  expect(moved.connected?.userId).toBe('carol');
  // Those who signed in without Redis are known now: a message reaches them whichever node it comes by.
  await Promise.all([ann.next('resync'), bob.next('resync')]);
  const { seq } = await send(ann, 'm3');
  await bob.next('push', ({ event }) => event?.$case === 'entry' && event.value.seq === seq);
  for (const each of [backEnd, door]) each.close();
  for (const each of [ann, bob, moved]) await each.close();
});
