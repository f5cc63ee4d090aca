import { BareDevice } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { residentMib } from '../../src/residents.js';
import { Choices, useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 1, logic: 1 });
const WARM_UP = 1_000;
const TOTAL = 10_000;
const AT_ONCE = 16;
const ALLOWED_GROWTH_MIB = 32;

const SEND = 'queqiao.client.v1.MessageService/Send';

it('10,000 bad inputs leave no more memory behind than 1,000', async () => {
  const choices = new Choices('memory');
  const { app } = cluster();
  const { socketUrl } = cluster().connectAt(0);
  const [good, expired] = [await app.token('ann'), await app.token('ann', -60)];
  let next = 0;

  const garbage = (length: number) => Uint8Array.from({ length }, () => choices.below(256));
  /** A socket that is closed for what it sends. */
  const badSocket = async (kind: number): Promise<void> => {
    const device = await BareDevice.open(socketUrl);
    if (kind === 0) device.sendRaw(Uint8Array.of(0x0a, 0x7f, ...garbage(20)));
    if (kind === 1) device.sendRaw('text');
    if (kind === 2) device.connect({ token: expired, deviceId: 'd1' });
    if (kind === 3)
      device.connect({ token: Buffer.from(garbage(90)).toString('hex'), deviceId: 'd1' });
    if (kind === 4) device.sendRaw(new Uint8Array(300_000));
    if (kind === 5) device.send({ $case: 'ping', value: {} });
    await device.closed;
  };
  /** Calls that are refused, on a socket of a device of their own; it stays open. */
  const badCalls = async (count: number): Promise<void> => {
    next += 1;
    const device = await BareDevice.signIn(socketUrl, { token: good, deviceId: `d${next}` });
    for (let index = 0; index < count; index += 1) {
      const method = index % 4 === 0 ? `queqiao.client.v1.No/${choices.below(1e9)}` : SEND;
      const { result } = await device.callRaw(method, garbage(choices.below(200)));
      expect(result?.$case).toBe('error');
    }
    await device.close();
  };
  const disturb = async (count: number): Promise<void> => {
    let left = count;
    const one = async (): Promise<void> => {
      while (left > 0) {
        const calls = Math.min(left, 20);
        left -= calls * 2;
        await badCalls(calls);
        for (let index = 0; index < calls; index += 1) await badSocket(choices.below(6));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  };

  const pids = [cluster().connectAt(0), cluster().logicAt(0)].map((node) => node.process.pid);
  await disturb(WARM_UP);
  const before = pids.map(residentMib);
  await disturb(TOTAL - WARM_UP);
  const after = pids.map(residentMib);
  const growth = after.map((mib, index) => Math.round(mib - (before[index] ?? 0)));
  console.log(
    `memory: connect and logic grew by ${growth.join(' and ')} MiB to ${after.map(Math.round).join(' and ')} MiB`,
  );
  expect(Math.max(...growth)).toBeLessThan(ALLOWED_GROWTH_MIB);
});
