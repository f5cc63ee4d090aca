import { longRun } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { Crowd } from '../../src/crowd.js';
import { Choices, useCluster } from '../../src/scenario.js';

const cluster = useCluster();
const MESSAGES = longRun() ? 10_000 : 1_200;

interface Node {
  readonly process: { kill(): Promise<void>; start(): Promise<void> };
}

async function killAndRestart({ process }: Node): Promise<void> {
  await process.kill();
  await process.start();
}

it('keeps every promise while a connect and a logic node are killed in the middle of traffic', async () => {
  const crowd = await Crowd.gather(cluster(), new Choices('kill-nodes'), {
    users: 16,
    groups: 5,
    groupSize: 6,
    feeds: ['sdk', 'both', 'sync'],
  });
  const { connect, logic } = cluster();
  const victims: (Node | undefined)[] = longRun()
    ? [connect[0], logic[0], connect[1], logic[1], connect[0], logic[0]]
    : [connect[0], logic[0]];
  const faults: Promise<void>[] = [];
  await crowd.talk(MESSAGES, 32, (answered) => {
    const share = Math.floor(MESSAGES / (victims.length + 1));
    const victim = answered % share === 0 ? victims[answered / share - 1] : undefined;
    if (victim !== undefined) faults.push(killAndRestart(victim));
  });
  expect(faults).toHaveLength(victims.length);
  await Promise.all(faults);
  await crowd.settle();
  expect(await crowd.judge()).toEqual([]);
  // Those on the killed connect node lost their connection and came back by themselves.
  const lost = crowd.devices.filter(({ closeCodes }) => closeCodes.includes(1006));
  expect(lost.length).toBeGreaterThan(0);
  expect(crowd.devices.every(({ online }) => online)).toBe(true);
  await crowd.leave();
});
