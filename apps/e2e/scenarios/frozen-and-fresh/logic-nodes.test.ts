import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crowd } from '../../src/crowd.js';
import { Listener } from '../../src/listener.js';
import { metricSum } from '../../src/metric.js';
import { Choices, useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 1 });

let crowd: Crowd;
beforeAll(async () => {
  const shape = { users: 12, groups: 4, groupSize: 5, feeds: ['both', 'sync'] } as const;
  crowd = await Crowd.gather(cluster(), new Choices('logic-nodes'), shape);
});
afterAll(() => crowd.leave());

describe('logic nodes', () => {
  it('a fresh one joins while everybody talks, and gets a share of the calls', async () => {
    const state = { joined: false };
    const talking = (async () => {
      while (!state.joined) await crowd.talk(50, 16);
    })();
    try {
      await eventually('everybody talks', () => crowd.sent > 100);
      const fresh = await cluster().addLogic();
      await eventually('the fresh node answers calls of devices', async () => {
        return (await metricSum(fresh.process, 'queqiao_api_calls_total', 'link', 'Send')) > 0;
      });
    } finally {
      state.joined = true;
    }
    await talking;
    await crowd.settle();
    expect(await crowd.judge()).toEqual([]);
    expect(crowd.devices.flatMap(({ closeCodes }) => closeCodes)).toEqual([]);
  });

  it('a frozen one leaves the others serving, and catches up when it goes on', async () => {
    const listening = await cluster().createApp('listening');
    const listener = await Listener.start(cluster(), listening, 1);
    const frozen = cluster().logicAt(1);
    frozen.process.pause();
    try {
      // Everything is acknowledged and pushed while it stands still.
      await crowd.talk(200, 16);
      await crowd.settle();
      await listener.untilPushed();
    } finally {
      frozen.process.resume();
    }
    await crowd.talk(50, 16);
    await crowd.settle();
    expect(await crowd.judge()).toEqual([]);
    expect(listener.device.closeCode).toBeUndefined();
    expect(crowd.devices.flatMap(({ closeCodes }) => closeCodes)).toEqual([]);
    await listener.stop();
  });
});
