import { longRun, ReplicaRecorder } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { Crowd } from '../../src/crowd.js';
import { Choices, useCluster } from '../../src/scenario.js';

const cluster = useCluster();
const MESSAGES = longRun() ? 10_000 : 1_500;

it('every device ends with the same logs without a gap, fed by pushes only or by syncs only', async () => {
  const choices = new Choices('many-messages');
  const crowd = await Crowd.gather(cluster(), choices, {
    users: 18,
    groups: 8,
    groupSize: 6,
    feeds: ['push', 'sync', 'sdk', 'sdk'],
  });
  await crowd.talk(MESSAGES, 32);
  await crowd.settle();
  expect(await crowd.judge()).toEqual([]);
  const acknowledged = crowd.history.sends.filter(({ outcome }) => typeof outcome === 'object');
  expect(acknowledged).toHaveLength(MESSAGES);
  expect(crowd.devices.flatMap(({ closeCodes }) => closeCodes)).toEqual([]);
  await crowd.settleUnread();
  const readers = crowd.devices.filter((device) => device instanceof ReplicaRecorder);
  const firsts = readers.filter(({ name }) => name.endsWith('sdk2'));
  await Promise.all(
    firsts.flatMap(({ client }) =>
      client.conversations().map(({ conversationId }) => client.markRead(conversationId)),
    ),
  );
  await crowd.settleUnread();
  for (const { client } of readers) expect(client.totalUnread()).toBe(0);
  await crowd.leave();
});
