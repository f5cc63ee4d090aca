import { EventServiceDefinition } from '@queqiao/protocol/server';
import { createGrpcClient } from '@queqiao/grpc-kit';
import { Registry, systemClock, type Clock } from '@queqiao/runtime';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audienceOf, rawClient } from '../rig/any-door.js';
import { ApiRig, failureOf } from '../rig/api-rig.js';
import { StatementTap } from '../rig/statement-tap.js';
import { furnish, readingMethods, requestOf } from './reading-world.js';

type Work = (signal: AbortSignal) => Promise<unknown>;

const FROM_OLDEST = { cursor: '', fromOldest: true };
/** The fewest that a node may have. */
const CONNECTIONS = 2;

const registry = new Registry();
let rig: ApiRig;
let app: TestApp;
let tap: StatementTap;
let stopped: number | undefined;
let callers: Record<string, Record<string, string>>;

/** What is cached stays so: all that is read is what a call itself reads. */
const clock: Clock = { ...systemClock, monotonic: () => stopped ?? systemClock.monotonic() };

beforeAll(async () => {
  rig = await ApiRig.start(0);
  tap = await StatementTap.start(rig.database.url);
  const env = { QUEQIAO_MYSQL_URL: tap.url, QUEQIAO_MYSQL_POOL_SIZE: String(CONNECTIONS) };
  await rig.addNode(env, { registry, clock });
  app = await rig.createApp('demo', { maxGroupCreateMembers: 4, events: true });
  await furnish(rig, app);
  callers = {
    user: { authorization: `Bearer ${await app.token('alice')}`, 'queqiao-device': 'phone' },
    business: { authorization: `Bearer ${app.credential}` },
    operator: { authorization: `Bearer ${rig.operator.bearer}` },
  };
  stopped = systemClock.monotonic();
  // All that is cached.
  for (const path of readingMethods()) await read(path);
});
afterAll(async () => {
  stopped = undefined;
  await rig.stop();
  await tap.stop();
});

const read = async (path: string, signal?: AbortSignal): Promise<void> => {
  const client = rawClient(rig.address(), path);
  const metadata = callers[audienceOf(path)] ?? {};
  await client
    .call(requestOf(path), { metadata, ...(signal && { signal }) })
    .finally(() => client.close());
};

/** The server reads a connection in order: what was given up on it before is known there once this is answered. */
const told = () => failureOf(rig.backEnd('').upsert('x'));

async function gauge(name: string, state?: string): Promise<number> {
  const metric = await registry.getSingleMetric(name)?.get();
  const values = metric?.values.filter(({ labels }) => !state || labels['state'] === state) ?? [];
  return values.reduce((sum, { value }) => sum + value, 0);
}

const idle = () =>
  eventually('nothing is worked on', async () => {
    const calls = await gauge('queqiao_api_calls_in_flight');
    return calls + (await gauge('queqiao_event_streams')) === 0;
  });

/** Resolves when it has failed. */
async function failing(work: Promise<unknown>): Promise<void> {
  const answered = await work.then(
    () => true,
    () => false,
  );
  if (answered) throw new Error('it was answered');
}

/** What is sent once the callers of `work` are gone and the `nth` statement, which is held until then, is answered. */
async function sentAfter(nth: number, work: Work, ready = () => tap.held()): Promise<string[]> {
  const gone = new AbortController();
  tap.hold(nth);
  const failed = failing(work(gone.signal));
  await ready();
  gone.abort();
  await failed;
  await told();
  return tap.during(async () => {
    tap.letGo();
    await idle();
  });
}

it('knows the reads', () => {
  expect(readingMethods().length).toBeGreaterThan(50);
});

describe.each(readingMethods())('%s', (path) => {
  const reading: Work = (signal) => read(path, signal);

  it('begins no statement for who is gone', async () => {
    const statements = await tap.during(() => read(path));
    expect(statements.length).toBeGreaterThan(0);
    for (const [index, statement] of statements.entries()) {
      expect(await sentAfter(index + 1, reading), `after ${statement}`).toEqual([]);
    }
  });

  it('begins none either when its turn comes for a connection', async () => {
    const calls = CONNECTIONS + 1;
    const all: Work = (signal) => Promise.all(Array.from({ length: calls }, () => reading(signal)));
    const waiting = async () => {
      await eventually('a call waits', async () => gauge('queqiao_mysql_pool', 'waiting'));
    };
    expect(await sentAfter(1, all, waiting)).toEqual([]);
  });
});

it('a stream of events begins no statement for who is gone', async () => {
  const client = createGrpcClient(EventServiceDefinition, rig.address());
  const metadata = callers['business'] ?? {};
  const follow = async (signal: AbortSignal, onAnswer = () => {}) => {
    for await (const _answer of client.subscribe(FROM_OLDEST, { metadata, signal })) onAnswer();
  };
  const following: Work = (signal) => follow(signal);
  const statements = await tap.during(async () => {
    const enough = new AbortController();
    await failing(follow(enough.signal, () => enough.abort()));
    await idle();
  });
  expect(statements.length).toBeGreaterThan(1);
  for (const [index, statement] of statements.entries())
    expect(await sentAfter(index + 1, following), `after ${statement}`).toEqual([]);
  client.close();
});
