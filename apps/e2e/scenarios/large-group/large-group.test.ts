import { setTimeout as sleep } from 'node:timers/promises';
import { longRun } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantile } from '../../src/arrivals.js';
import { Choices } from '../../src/choices.js';
import { Costs, perItem } from '../../src/costs.js';
import { LargeCrowd } from '../../src/large-crowd.js';
import { metricSum } from '../../src/metric.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });
const SIZE = longRun()
  ? { members: 20_000, online: 2_000, guests: 40 }
  : { members: 80, online: 30, guests: 3 };
const MESSAGES = longRun() ? 300 : 60;
const QUIET_MESSAGES = longRun() ? 50 : 10;
const CHURNING = longRun() ? 40 : 5;
const TIMES = longRun() ? 5 : 3;
const IDLE_MS = longRun() ? 10_000 : 500;
const GIVE_UP_MS = 900_000;

let crowd: LargeCrowd;
let costs: Costs;
let idle: Awaited<ReturnType<Costs['of']>>;

beforeAll(async () => {
  const choices = new Choices('large-group');
  const settings = { maxGroupMembers: 100_000, largeGroupMembers: longRun() ? 500 : 20 };
  const app = await cluster().createApp('crowded', settings);
  costs = new Costs(cluster());
  const emptyMib = costs.connectMib();
  crowd = await LargeCrowd.gather(cluster(), choices, app, SIZE);
  idle = await costs.of(() => sleep(IDLE_MS));
  const { connect, logic, tester } = idle.cpu;
  console.log(
    `large-group: ${SIZE.members} members made in ${crowd.createdMs} ms, ${SIZE.online} online; connect nodes: ` +
      `${emptyMib.join(' and ')} MiB empty, ${costs.connectMib().join(' and ')} MiB with them; ${IDLE_MS} ms idle: ` +
      `${connect.toFixed(2)} CPU-s connect, ${logic.toFixed(2)} logic, ${tester.toFixed(2)} tester`,
  );
}, GIVE_UP_MS);
afterAll(() => crowd?.stop());

async function sumOf(name: string): Promise<number> {
  const sums = await Promise.all(cluster().logic.map(({ process }) => metricSum(process, name)));
  return sums.reduce((all, one) => all + one, 0);
}

function report(what: string, used: Awaited<ReturnType<Costs['of']>>, messages: number): void {
  const cost = (kind: 'connect' | 'logic' | 'tester') =>
    perItem(kind, messages, used, idle).toFixed(2);
  console.log(
    `large-group: ${what} in ${used.tookMs} ms; CPU ms per message above idle: ` +
      `connect ${cost('connect')}, logic ${cost('logic')}, tester ${cost('tester')}; ` +
      `connect nodes ${costs.connectMib().join(' and ')} MiB`,
  );
}

function reportTimes(what: string, times: readonly number[]): void {
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(times, share));
  console.log(
    `large-group: ${what}: on a device after p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`,
  );
}

describe('a large group', { timeout: GIVE_UP_MS }, () => {
  it('costs one item of the link for each node and message, and reaches everybody by pushes', async () => {
    const [sender] = crowd.devices;
    const before = await sumOf('queqiao_delivery_large_items_total');
    const reads = await sumOf('queqiao_delivery_member_reads_total');
    const times: number[] = [];
    const used = await costs.of(async () => {
      for (let n = 0; n < QUIET_MESSAGES; n += 1) {
        const sentMs = Date.now();
        const seq = (await crowd.say(sender)) ?? 0;
        await crowd.pushed(seq);
        times.push(...crowd.arrivals.since(seq, sentMs));
      }
    });
    const items = (await sumOf('queqiao_delivery_large_items_total')) - before;
    report(
      `${QUIET_MESSAGES} messages one after another, ${items} items to 2 nodes,`,
      used,
      QUIET_MESSAGES,
    );
    reportTimes(`${times.length} arrivals`, times);
    expect(items).toBe(QUIET_MESSAGES * 2);
    expect(times).toHaveLength(QUIET_MESSAGES * SIZE.online);
    expect(await sumOf('queqiao_delivery_member_reads_total')).toBe(reads);
  });

  it('shows everybody exactly what was said between join and leave, while people come and go', async () => {
    const churning = crowd.devices.slice(1, 1 + CHURNING).map(({ userId }) => userId);
    const stored: { readonly seq: number; readonly sentMs: number }[] = [];
    const talk = async (): Promise<void> => {
      for (let n = 0; n < MESSAGES / 6; n += 1) {
        const sentMs = Date.now();
        const seq = await crowd.say();
        if (seq !== undefined) stored.push({ seq, sentMs });
      }
    };
    const drops = setInterval(() => crowd.devices[SIZE.online - 1]?.drop(), 1_000);
    const used = await costs.of(async () => {
      const churn = [
        ...churning.map((userId) => crowd.churn(userId, 'leave', TIMES)),
        ...crowd.guests.map(({ userId }) => crowd.churn(userId, 'join', TIMES)),
      ];
      await Promise.all([...churn, ...Array.from({ length: 6 }, talk)]);
    });
    clearInterval(drops);
    const moves = crowd.history.memberships.length;
    report(
      `${stored.length} messages of ${MESSAGES} and ${moves} joins and leaves`,
      used,
      stored.length,
    );
    await crowd.move('leave', ...churning.slice(0, 2));
    await crowd.move('join', ...crowd.guests.slice(0, 2).map(({ userId }) => userId));
    for (let n = 0; n < 5; n += 1) await crowd.say(crowd.devices[0]);
    expect(await crowd.say(crowd.devices[1])).toBeUndefined();
    expect(await crowd.say(crowd.guests[0])).toBeGreaterThan(0);
    await crowd.settle();
    const times = stored.flatMap(({ seq, sentMs }) => crowd.arrivals.since(seq, sentMs));
    reportTimes(`${times.length} arrivals while people came and went`, times);
    expect(await crowd.judge()).toEqual([]);
  });
});
