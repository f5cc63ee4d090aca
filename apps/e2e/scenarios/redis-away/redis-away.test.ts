import { setTimeout as sleep } from 'node:timers/promises';
import { flushRedis, longRun } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crowd } from '../../src/crowd.js';
import { Listener } from '../../src/listener.js';
import { Choices, useCluster } from '../../src/scenario.js';

const cluster = useCluster();
const MESSAGES = longRun() ? 2_000 : 200;
const BOUND_MS = 15_000;
const FREEZE_MS = 8_000;

let crowd: Crowd;
const listeners: Listener[] = [];

beforeAll(async () => {
  const shape = { users: 12, groups: 4, groupSize: 5, feeds: ['sdk', 'both', 'sync'] } as const;
  crowd = await Crowd.gather(cluster(), new Choices('redis-away'), shape);
  const app = await cluster().createApp('listening');
  for (const node of [0, 1]) listeners.push(await Listener.start(cluster(), app, node));
  await crowd.talk(50, 16);
});

afterAll(async () => {
  await Promise.all([crowd.leave(), ...listeners.map((listener) => listener.stop())]);
});

/** Pushes of fresh messages are normal again by the product's own doing. The bound is held in long runs only. */
async function expectPushesAgain(fault: string): Promise<void> {
  const waits = await Promise.all(listeners.map((listener) => listener.untilPushed()));
  console.log(`redis-away: after ${fault} pushes were normal in ${Math.max(...waits)} ms`);
  if (longRun()) expect(Math.max(...waits)).toBeLessThan(BOUND_MS);
}

async function expectAllKept(): Promise<void> {
  await crowd.settle();
  expect(await crowd.judge()).toEqual([]);
  // Nobody was sent away because of Redis.
  expect(crowd.devices.flatMap(({ closeCodes }) => closeCodes)).toEqual([]);
  for (const { device } of listeners) expect(device.closeCode).toBeUndefined();
}

describe('sends are acknowledged and pushes return by themselves', () => {
  it('when Redis is emptied in the middle', async () => {
    let normal: Promise<void> | undefined;
    await crowd.talk(MESSAGES, 16, (answered) => {
      if (answered !== MESSAGES / 2) return;
      normal = flushRedis(cluster().redis.url).then(() => expectPushesAgain('FLUSHALL'));
    });
    await normal;
    await expectAllKept();
  });

  it('when Redis is killed and comes back empty', async () => {
    await cluster().redis.kill();
    await crowd.talk(MESSAGES, 16);
    await cluster().redis.start();
    await expectPushesAgain('SIGKILL and an empty restart');
    await expectAllKept();
  });

  it('when Redis is frozen', async () => {
    cluster().redis.pause();
    try {
      await Promise.all([crowd.talk(MESSAGES, 16), sleep(FREEZE_MS)]);
    } finally {
      cluster().redis.resume();
    }
    await expectPushesAgain('a freeze');
    await expectAllKept();
  });
});
