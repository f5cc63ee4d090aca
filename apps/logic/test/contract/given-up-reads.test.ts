import { EventServiceDefinition } from '@queqiao/protocol/server';
import { createGrpcClient } from '@queqiao/grpc-kit';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTIONS, failing, GivenUpRig, type Work } from './given-up-rig.js';
import { furnish, readingMethods, requestOf } from './reading-world.js';

const FROM_OLDEST = { cursor: '', fromOldest: true };

let given: GivenUpRig;

beforeAll(async () => {
  given = await GivenUpRig.start();
  await furnish(given.rig, given.app);
  given.stopClock();
  // All that is cached.
  for (const path of readingMethods()) await read(path);
  await given.settled();
});
afterAll(() => given.stop());

const read = (path: string, signal?: AbortSignal) => given.call(path, requestOf(path), signal);

it('knows the reads', () => {
  expect(readingMethods().length).toBeGreaterThan(50);
});

describe.each(readingMethods())('%s', (path) => {
  const reading: Work = (signal) => read(path, signal);

  it('begins no statement for who is gone', async () => {
    const statements = await given.tap.during(() => read(path));
    expect(statements.length).toBeGreaterThan(0);
    for (const [index, statement] of statements.entries()) {
      expect(await given.sentAfter(index + 1, reading), `after ${statement}`).toEqual([]);
    }
  });

  it('begins none either when its turn comes for a connection', async () => {
    const calls = CONNECTIONS + 1;
    const all: Work = (signal) => Promise.all(Array.from({ length: calls }, () => reading(signal)));
    const waiting = async () => {
      await eventually('a call waits', () => given.waits());
    };
    expect(await given.sentAfter(1, all, waiting)).toEqual([]);
  });
});

it('a stream of events begins no statement for who is gone', async () => {
  const client = createGrpcClient(EventServiceDefinition, given.rig.address());
  const metadata = given.metadataOf('queqiao.server.v1.EventService/Subscribe');
  const follow = async (signal: AbortSignal, onAnswer = () => {}) => {
    for await (const _answer of client.subscribe(FROM_OLDEST, { metadata, signal })) onAnswer();
  };
  const following: Work = (signal) => follow(signal);
  const statements = await given.tap.during(async () => {
    const enough = new AbortController();
    await failing(follow(enough.signal, () => enough.abort()));
    await given.idle();
  });
  expect(statements.length).toBeGreaterThan(1);
  for (const [index, statement] of statements.entries())
    expect(await given.sentAfter(index + 1, following), `after ${statement}`).toEqual([]);
  client.close();
});
