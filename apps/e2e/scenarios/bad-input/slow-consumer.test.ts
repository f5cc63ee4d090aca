import { BareDevice, eventually, RoamingDevice } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { BackEnd, UserDoor } from '../../src/doors.js';
import { metricSum } from '../../src/metric.js';
import { residentMib } from '../../src/residents.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({
  connect: 1,
  logic: 1,
  connectEnv: { QUEQIAO_MAX_OUTBOX_BYTES: '307200' },
});
const TEXT = 'x'.repeat(8_000);
const CONSUMERS = 10;
const AT_ONCE = 32;

/** A push may repeat. */
function seqsOf(device: BareDevice): Set<number> {
  const seqs = device.all('push').flatMap(({ event }) => {
    return event?.$case === 'entry' ? [event.value.seq] : [];
  });
  return new Set(seqs);
}

it('readers that stall are closed and sync later; memory stays bounded and others get everything', async () => {
  const { app } = cluster();
  const { socketUrl, process } = cluster().connectAt(0);
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, app);
  await backEnd.upsert('ann', 'bob');
  const stalled = await Promise.all(
    Array.from({ length: CONSUMERS }, async (_, index) => {
      const token = await app.token('bob');
      return BareDevice.signIn(socketUrl, { token, deviceId: `stalled${index}` });
    }),
  );
  const reader = await BareDevice.signIn(socketUrl, {
    token: await app.token('bob'),
    deviceId: 'reader',
  });
  for (const device of stalled) device.ws.pause();
  const before = residentMib(process.pid);
  const door = new UserDoor(cluster().logicAt(0).grpcAddress, await app.token('ann'), 'd1');
  let sent = 0;
  await eventually('all who stalled are given up', async () => {
    const batch = Array.from({ length: AT_ONCE }, () =>
      door.send('d:ann:bob', `m${(sent += 1)}`, TEXT),
    );
    await Promise.all(batch);
    const ping = { $case: 'ping', value: {} } as const;
    reader.send(ping);
    // By this process, too, which must not be one of those who stall.
    await eventually('the reader keeps up', () => seqsOf(reader).size === sent);
    return (await metricSum(process, 'queqiao_connect_sessions')) === 1;
  });
  expect(reader.closeCode).toBeUndefined();
  expect(residentMib(process.pid) - before).toBeLessThan(128);
  for (const device of stalled) device.ws.resume();
  // Our code when it still fits into the connection, else a plain end.
  for (const device of stalled) expect([4002, 1006]).toContain(await device.closed);
  const back = new RoamingDevice({ urls: [socketUrl], app, userId: 'bob', deviceId: 'stalled0' });
  back.start();
  await eventually('it has synced', () => back.log('d:ann:bob').high === sent);
  await back.stop();
  await reader.close();
  for (const each of [backEnd, door]) each.close();
});
