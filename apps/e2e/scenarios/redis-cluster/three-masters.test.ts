import { startRedisCluster, type RedisCluster } from '@queqiao/dev-stack';
import { MessageServiceDefinition as Messages, SendRequest } from '@queqiao/protocol/client';
import { BareDevice, countRedisKeys, eventually } from '@queqiao/testkit';
import { afterAll, expect, it } from 'vitest';
import { BackEnd, text } from '../../src/doors.js';
import { metricSum } from '../../src/metric.js';
import { useCluster } from '../../src/scenario.js';

/** Enough to have some on every master. */
const USERS = Array.from({ length: 24 }, (_, index) => `user${index}`);

let masters: RedisCluster | undefined;
// Before the cluster's own hook, which therefore runs earlier.
afterAll(() => masters?.stop());

const cluster = useCluster({
  connect: 2,
  logic: 1,
  redisUrl: async () => {
    masters = await startRedisCluster();
    return `redis+cluster://${masters.nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`;
  },
});

/** Neighbours on different nodes, and everybody on the other one with the next generation. */
function signInAll(generation: number): Promise<BareDevice[]> {
  const { app } = cluster();
  return Promise.all(
    USERS.map(async (user, index) => {
      const { socketUrl } = cluster().connectAt((index + generation) % 2);
      const token = await app.token(user);
      return BareDevice.signIn(socketUrl, { token, deviceId: 'phone', generation });
    }),
  );
}

function keysOfMasters(): Promise<number[]> {
  return Promise.all((masters?.urls ?? []).map(countRedisKeys));
}

/** Everybody writes to the next one, who sits on the other node, and is heard. */
async function talkInARing(devices: readonly BareDevice[], clientMsgId: string): Promise<void> {
  const talk = async (from: BareDevice, index: number): Promise<void> => {
    const next = (index + 1) % USERS.length;
    const [a = '', b = ''] = [USERS[index] ?? '', USERS[next] ?? ''].sort();
    const content = text('hello');
    const request = SendRequest.create({ conversationId: `d:${a}:${b}`, clientMsgId, content });
    const { seq } = await from.call(Messages, Messages.methods.send, request);
    await devices[next]?.next('push', ({ event }) => {
      if (event?.$case !== 'entry') return false;
      return event.value.conversationId === request.conversationId && event.value.seq === seq;
    });
  };
  await Promise.all(devices.map(talk));
}

it('a Redis Cluster is the directory: sign-ins are kept on all masters, and sends are pushed', async () => {
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, cluster().app);
  await backEnd.upsert(...USERS);
  backEnd.close();
  const before = await keysOfMasters();
  const devices = await signInAll(1);
  const after = await keysOfMasters();
  const registered = after.map((count, index) => count - (before[index] ?? 0));
  expect(registered.every((count) => count > 0)).toBe(true);
  expect(registered.reduce((sum, count) => sum + count, 0)).toBe(USERS.length);
  await talkInARing(devices, 'm1');
  for (const { process } of [...cluster().connect, ...cluster().logic]) {
    expect(await metricSum(process, 'queqiao_directory_connected')).toBe(1);
    // A busy machine may let it wait; a key that is asked for at the wrong master is an answer.
    const errors = 'queqiao_directory_errors_total';
    expect(await metricSum(process, errors, 'kind="reply"')).toBe(0);
  }
  // Registrations on the other node replace the earlier ones, whichever master keeps them.
  const again = await signInAll(2);
  for (const device of devices) expect(await device.closed).toBe(4203);
  await talkInARing(again, 'm2');
  for (const device of again) await device.close();
  await eventually('the last session is unregistered', async () => {
    const left = await keysOfMasters();
    return left.every((count, index) => count === before[index]);
  });
});
