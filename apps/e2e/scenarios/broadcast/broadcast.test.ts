import { eventually, longRun, type TestApp } from '@queqiao/testkit';
import { BroadcastState } from '@queqiao/protocol/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { quantile } from '../../src/arrivals.js';
import { BackEnd, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';
import { Audience } from './audience.js';

const USERS = 20_000;
const ONLINE_EVERY = 500;
/** The part that is done when a node is killed. */
const KILLS_AT = longRun() ? [0.1, 0.3, 0.5, 0.7, 0.9] : [0.3, 0.7];
/** Users whose logs are read as they read them, of all of whom the rows are. */
const READ_EVERY = longRun() ? 10 : 400;
/** Messages of the neighbour in each of its two runs. */
const NEIGHBOURS = 400;
const ROUNDS = 3;

// Devices here say nothing for as long as the file takes.
const cluster = useCluster({ connectEnv: { QUEQIAO_SILENCE_MS: '600000' } });
let audience: Audience;

beforeAll(async () => {
  audience = new Audience(cluster(), cluster().app, USERS);
  await audience.gather(ONLINE_EVERY);
});
afterAll(() => audience?.leave());

/** Kills the node that takes the broadcast further, once there are messages of it that nothing counts; answers how many. */
async function killInTheMiddle(broadcastId: string, from: number): Promise<number> {
  const { owner } = await eventually('messages that are not counted', async () => {
    const seen = await audience.progress(broadcastId);
    return seen.done >= from && seen.stored > seen.done + 64 ? seen : undefined;
  });
  const { process } = cluster().logicAt(owner === 'logic-1' ? 0 : 1);
  await process.kill();
  const { stored, done } = await audience.progress(broadcastId);
  await process.start();
  return stored - done;
}

async function everybodyHasOne(words: string): Promise<void> {
  const received = await audience.received(words);
  expect(audience.userIds.filter((userId) => received.get(userId) !== 1)).toEqual([]);
  expect(received.size).toBe(USERS);
}

function rate({ done, startedMs, endedMs }: { done: number; startedMs: number; endedMs: number }) {
  return Math.round((done * 1_000) / Math.max(1, endedMs - startedMs));
}

it('reaches each of 20,000 users exactly once, though its node is killed again and again', async () => {
  const broadcastId = await audience.start('to everybody');
  const cutOff: number[] = [];
  for (const share of KILLS_AT) {
    cutOff.push(await killInTheMiddle(broadcastId, share * USERS));
  }
  const broadcast = await audience.ended(broadcastId);
  console.log(`broadcast: ${rate(broadcast)}/s through ${cutOff.length} kills`, cutOff);
  // What a killed node had sent and not counted: the next one sends it again, to nobody twice.
  expect(Math.max(...cutOff)).toBeGreaterThan(0);
  expect(broadcast).toMatchObject({
    state: BroadcastState.DONE,
    total: USERS,
    done: USERS,
    failed: 0,
  });
  await everybodyHasOne('to everybody');
  for (let n = 0; n < USERS; n += READ_EVERY) await readsOne(audience.userIds[n] ?? '');
  const online = [...audience.devices.keys()];
  expect(online).toHaveLength(USERS / ONLINE_EVERY);
  const has = (userId: string) => audience.pushed(userId).includes(1);
  await eventually('all who are online are told', () => online.every(has));
  // A push whose node was killed before it was acknowledged comes again, as the same entry.
  for (const userId of online) expect([...new Set(audience.pushed(userId))]).toEqual([1]);
});

async function readsOne(userId: string): Promise<void> {
  const token = await cluster().app.token(userId);
  const door = new UserDoor(cluster().logicAt(0).grpcAddress, token, 'tablet');
  const chat = {
    conversationId: `d:shop:${userId}`,
    fromSeq: 0,
    toSeq: 0,
    limit: 0,
    backwards: false,
  };
  const { entries } = await door.conversations.pullEntries(chat, door.options);
  expect(entries.map(({ seq, ordinal }) => [seq, ordinal])).toEqual([[1, 1]]);
  door.close();
}

it('goes on beside the messages of another app, and ends where it is when it is cancelled', async () => {
  const neighbour = await cluster().createApp('neighbour');
  const before = await say(neighbour, 'before');
  const { words, during, cancelled } = await cancelledBeside(neighbour);
  expect([before.length, during.length]).toEqual([NEIGHBOURS, NEIGHBOURS]);
  const ratio = (share: number) => (quantile(during, share) / quantile(before, share)).toFixed(2);
  console.log(
    `broadcast: ${rate(cancelled)}/s beside another app, whose acks take ${ratio(0.5)} (p50) and ${ratio(0.99)} (p99) of the time without`,
  );
  expect(cancelled.state).toBe(BroadcastState.CANCELLED);
  expect(cancelled.done).toBeLessThan(USERS);
  // Whoever has it has it once, and they are the first ones.
  const received = await audience.received(words);
  expect([...received.keys()].sort()).toEqual(audience.userIds.slice(0, cancelled.done));
  expect([...received.values()].every((n) => n === 1)).toBe(true);
});

/** A broadcast that is cancelled when the neighbour has had its say, and what is said of it when it rests. */
async function cancelledBeside(neighbour: TestApp) {
  for (let round = 1; ; round += 1) {
    const words = `to some ${round}`;
    const broadcastId = await audience.start(words);
    await eventually('it is under way', async () => (await audience.get(broadcastId)).done > 0);
    const during = await say(neighbour, `during-${round}`);
    await audience.cancel(broadcastId);
    // Until a step that was claimed has come to something, what was sent and what was counted say nothing.
    await eventually('no step is under way', () => audience.rests(broadcastId));
    const cancelled = await audience.get(broadcastId);
    // The neighbour may be so slow that it was over by itself.
    const isOver = cancelled.state === BroadcastState.DONE;
    if (!isOver || round === ROUNDS) return { words, during, cancelled };
  }
}

/** Messages one after the other in four chats at a time; the milliseconds that each took to be acknowledged. */
async function say(app: TestApp, name: string): Promise<number[]> {
  const { grpcAddress } = cluster().logicAt(0);
  const backEnd = new BackEnd(grpcAddress, app);
  const users = ['a', 'b', 'c', 'd'];
  await backEnd.upsert('peer', ...users);
  backEnd.close();
  const tookMs: number[] = [];
  const talk = async (userId: string): Promise<void> => {
    const door = new UserDoor(grpcAddress, await app.token(userId), 'phone');
    for (let n = 0; n < NEIGHBOURS / users.length; n += 1) {
      const begunMs = performance.now();
      await door.send(`d:${userId}:peer`, `${name}-${n}`, 'x');
      tookMs.push(performance.now() - begunMs);
    }
    door.close();
  };
  await Promise.all(users.map(talk));
  return tookMs;
}
