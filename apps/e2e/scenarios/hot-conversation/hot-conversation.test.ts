import { checkHistory, History, longRun, readLogTable } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { BackEnd, UserDoor } from '../../src/doors.js';
import { metricSum } from '../../src/metric.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 1, logic: 2 });
const SENDERS = 50;
const EACH = longRun() ? 400 : 40;

it('fifty senders through two nodes write one conversation without a hole, in order, without a refusal', async () => {
  const { app, database, logic } = cluster();
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, app);
  const users = Array.from({ length: SENDERS }, (_, index) => `user${index}`);
  await backEnd.upsert(...users);
  const group = await backEnd.createGroup('user0', 'hot', users.slice(1));
  const history = new History();
  const doors = await Promise.all(
    users.map(async (userId, index) => {
      const { grpcAddress } = cluster().logicAt(index % 2);
      return { userId, door: new UserDoor(grpcAddress, await app.token(userId), 'd1') };
    }),
  );
  // No retries: a deadlock or a lock time-out that reached a client would end the test.
  await Promise.all(
    doors.map(async ({ userId, door }) => {
      for (let count = 1; count <= EACH; count += 1) {
        const about = {
          conversationId: group,
          clientMsgId: `m${count}`,
          text: `${userId} ${count}`,
        };
        await history.send({ ...about, sender: userId }, () =>
          door.send(group, about.clientMsgId, about.text),
        );
      }
    }),
  );
  const table = await readLogTable(database.url, app.appId);
  expect(checkHistory({ history, table, members: new Map() })).toEqual([]);
  // And the entry that says that the group was made.
  expect(table.get(group)).toHaveLength(SENDERS * EACH + 1);
  for (const { process } of logic) {
    const entries = await metricSum(process, 'queqiao_append_batch_entries_sum');
    const batches = await metricSum(process, 'queqiao_append_batch_entries_count');
    const reruns = await metricSum(process, 'queqiao_append_reruns_total');
    console.log(
      `hot-conversation: ${process.name} wrote ${entries} entries in ${batches} batches, ${(entries / batches).toFixed(1)} each; ${reruns} run again`,
    );
    expect(entries).toBeGreaterThan(batches);
  }
  for (const { door } of doors) door.close();
  backEnd.close();
});
