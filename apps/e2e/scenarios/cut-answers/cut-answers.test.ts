import {
  checkHistory,
  History,
  longRun,
  readLogTable,
  RoamingDevice,
  TcpProxy,
} from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { BackEnd } from '../../src/doors.js';
import { metricSum } from '../../src/metric.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster();
const CUTS = longRun() ? 10_000 : 200;
const SENDERS = 8;

/** A sender behind a proxy of its own, which loses what the server says once `armed`. */
async function sender(index: number) {
  const { app } = cluster();
  const url = new URL(cluster().connectAt(index % 2).socketUrl);
  const proxy = await TcpProxy.start({ host: url.hostname, port: Number(url.port) });
  const userId = `sender${index}`;
  const urls = [proxy.through(url.toString())];
  // It reads nothing by itself, so that the first thing it is told after a send is the answer.
  const device = new RoamingDevice({ urls, app, userId, deviceId: 'd1', feed: 'push' });
  device.start();
  await device.whenOnline();
  const arm = (): void => {
    proxy.judge = (direction) => {
      if (direction === 'up') return 'pass';
      proxy.judge = () => 'pass';
      return 'cut';
    };
  };
  return { userId, device, proxy, arm };
}

it('every retry gets the first seq when the connection is cut between commit and reply', async () => {
  const { app, database, logic } = cluster();
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, app);
  const senders = await Promise.all(Array.from({ length: SENDERS }, (_, index) => sender(index)));
  await backEnd.upsert('peer', ...senders.map(({ userId }) => userId));
  const history = new History();
  const share = Math.ceil(CUTS / SENDERS);
  await Promise.all(
    senders.map(async ({ userId, device, arm }) => {
      const conversationId = `d:peer:${userId}`;
      for (let count = 1; count <= share; count += 1) {
        const about = { conversationId, clientMsgId: `m${count}`, text: `${userId} ${count}` };
        await device.whenOnline();
        arm();
        const seq = await history.send({ ...about, sender: userId }, () =>
          device.send(conversationId, about.clientMsgId, about.text),
        );
        // Nobody else writes there: a retry that had stored another entry would have moved the numbers.
        expect(seq).toBe(count);
      }
    }),
  );
  const cuts = senders.reduce((sum, { proxy }) => sum + proxy.cuts, 0);
  const duplicates = await Promise.all(
    logic.map((node) => metricSum(node.process, 'queqiao_append_results_total', 'duplicate')),
  );
  const answeredAgain = duplicates.reduce((sum, each) => sum + each, 0);
  console.log(`cut-answers: ${cuts} cuts, ${answeredAgain} of them after the commit`);
  expect(cuts).toBeGreaterThanOrEqual(share * SENDERS);
  // Now and then a pong is what is cut, and the retry is then the first attempt.
  expect(answeredAgain).toBeGreaterThan(cuts * 0.9);
  const table = await readLogTable(database.url, app.appId);
  expect(checkHistory({ history, table, members: new Map() })).toEqual([]);
  expect([...table.values()].flat()).toHaveLength(share * SENDERS);
  backEnd.close();
  await Promise.all(senders.map(({ device }) => device.stop()));
  await Promise.all(senders.map(({ proxy }) => proxy.stop()));
});
