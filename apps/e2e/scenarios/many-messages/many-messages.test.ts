import { longRun } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { Crowd } from '../../src/crowd.js';
import { Choices, useCluster } from '../../src/scenario.js';

const cluster = useCluster();
const MESSAGES = longRun() ? 10_000 : 1_500;

it('every device ends with the same logs without a gap, fed by pushes only or by syncs only', async () => {
  const choices = new Choices('many-messages');
  const crowd = await Crowd.gather(cluster(), choices, {
    users: 24,
    groups: 8,
    groupSize: 6,
    feeds: ['push', 'sync', 'both'],
  });
  await crowd.talk(MESSAGES, 32);
  await crowd.settle();
  expect(await crowd.judge()).toEqual([]);
  const acknowledged = crowd.history.sends.filter(({ outcome }) => typeof outcome === 'object');
  expect(acknowledged).toHaveLength(MESSAGES);
  expect(crowd.devices.flatMap(({ closeCodes }) => closeCodes)).toEqual([]);
  await crowd.leave();
});
