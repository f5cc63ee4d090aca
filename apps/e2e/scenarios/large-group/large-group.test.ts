import { longRun } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Choices } from '../../src/choices.js';
import { LargeCrowd } from '../../src/large-crowd.js';
import { metricSum } from '../../src/metric.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });
const SIZE = longRun() ? { members: 20_000, online: 2_000 } : { members: 80, online: 30 };
const MESSAGES = longRun() ? 300 : 60;
const QUIET_MESSAGES = 10;
const CHURNING = longRun() ? 40 : 5;
const GIVE_UP_MS = 900_000;

let crowd: LargeCrowd;

beforeAll(async () => {
  const choices = new Choices('large-group');
  const settings = { maxGroupMembers: 100_000, largeGroupMembers: longRun() ? 500 : 20 };
  const app = await cluster().createApp('crowded', settings);
  crowd = await LargeCrowd.gather(cluster(), choices, app, SIZE);
}, GIVE_UP_MS);
afterAll(() => crowd?.stop());

async function sumOf(name: string): Promise<number> {
  const sums = await Promise.all(cluster().logic.map(({ process }) => metricSum(process, name)));
  return sums.reduce((all, one) => all + one, 0);
}

describe('a large group', { timeout: GIVE_UP_MS }, () => {
  it('costs one item of the link for each node and message, and reaches everybody by pushes', async () => {
    const [sender] = crowd.devices;
    const before = await sumOf('queqiao_delivery_large_items_total');
    const reads = await sumOf('queqiao_delivery_member_reads_total');
    const begunMs = Date.now();
    for (let n = 0; n < QUIET_MESSAGES; n += 1) await crowd.say(sender);
    await crowd.pushed(crowd.devices[0]?.high(crowd.conversationId) ?? 0);
    const tookMs = Date.now() - begunMs;
    const items = (await sumOf('queqiao_delivery_large_items_total')) - before;
    console.log(
      `large-group: ${QUIET_MESSAGES} messages to ${SIZE.members} members, ${SIZE.online} online: ` +
        `${items} items to 2 nodes, everybody had them after ${tookMs} ms`,
    );
    expect(items).toBe(QUIET_MESSAGES * 2);
    expect(await sumOf('queqiao_delivery_member_reads_total')).toBe(reads);
  });

  it('shows everybody exactly what was said between join and leave, while people come and go', async () => {
    const churning = crowd.devices.slice(1, 1 + CHURNING);
    const talk = async (): Promise<void> => {
      for (let n = 0; n < MESSAGES / 6; n += 1) await crowd.say();
    };
    const churn = churning.map(({ userId }) => crowd.churn(userId, longRun() ? 5 : 3));
    const drops = setInterval(() => crowd.devices[SIZE.online - 1]?.drop(), 1_000);
    await Promise.all([...churn, ...Array.from({ length: 6 }, talk)]);
    clearInterval(drops);
    await crowd.remove(...churning.slice(0, 2).map(({ userId }) => userId));
    for (let n = 0; n < 5; n += 1) await crowd.say(crowd.devices[0]);
    await crowd.settle();
    expect(await crowd.judge()).toEqual([]);
  });
});
