import { BareDevice, longRun } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crowd } from '../../src/crowd.js';
import { Choices, useCluster } from '../../src/scenario.js';

/** Clients that honour the hint are back soon. */
const cluster = useCluster({ connectEnv: { QUEQIAO_RECONNECT_SPREAD_MS: '1000' } });
const MESSAGES = longRun() ? 4_000 : 400;
const BYSTANDERS = 40;

let crowd: Crowd;
beforeAll(async () => {
  const shape = { users: 12, groups: 4, groupSize: 5, feeds: ['sdk', 'both', 'sync'] } as const;
  crowd = await Crowd.gather(cluster(), new Choices('drain'), shape);
});
afterAll(() => crowd.leave());

async function expectAllKept(): Promise<void> {
  await crowd.settle();
  expect(await crowd.judge()).toEqual([]);
}

describe('SIGTERM under traffic', () => {
  it('a connect node sends everybody away with 4000 and a hint, and exits 0', async () => {
    const node = cluster().connectAt(0);
    const bystanders = await Promise.all(
      Array.from({ length: BYSTANDERS }, async (_, index) => {
        const token = await cluster().app.token(`b${index}`);
        return BareDevice.signIn(node.socketUrl, { token, deviceId: 'd1' });
      }),
    );
    let stopped: Promise<void> | undefined;
    await crowd.talk(MESSAGES, 16, (answered) => {
      if (answered === MESSAGES / 4) stopped = node.process.stop(45_000);
    });
    await stopped;
    // Null would mean that it had to be killed.
    expect(node.process.exitCode).toBe(0);
    for (const device of bystanders) {
      expect(await device.closed).toBe(4000);
      const [notice] = device.all('disconnect');
      expect(notice).toMatchObject({ code: 4000 });
      expect(notice?.reconnectAfterMs).toBeGreaterThan(0);
    }
    const codes = crowd.devices.flatMap(({ closeCodes }) => closeCodes);
    expect(codes).toContain(4000);
    // 1006 are attempts to reach the node that is gone.
    expect(new Set(codes.filter((code) => code !== 1006))).toEqual(new Set([4000]));
    await node.process.start();
    await expectAllKept();
  });

  it('a logic node leaves with nothing but retryable errors, and exits 0', async () => {
    const node = cluster().logicAt(0);
    let stopped: Promise<void> | undefined;
    // A refusal that is not retryable would end the talk with an error.
    await crowd.talk(MESSAGES, 16, (answered) => {
      if (answered === MESSAGES / 4) stopped = node.process.stop(45_000);
    });
    await stopped;
    expect(node.process.exitCode).toBe(0);
    await node.process.start();
    await crowd.talk(MESSAGES / 4, 16);
    await expectAllKept();
  });
});
