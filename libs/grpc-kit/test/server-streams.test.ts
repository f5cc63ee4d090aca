import {
  isServiceError,
  addService,
  createGrpcClient,
  statusToDomainError,
} from '@queqiao/grpc-kit';
import { DomainError } from '@queqiao/domain';
import { EventServiceDefinition, type SubscribeResponse } from '@queqiao/protocol/server';
import { expect, it, vi } from 'vitest';
import { after, listen } from './rig.js';

type Source = () => AsyncIterable<SubscribeResponse>;

async function subscribeTo(source: Source, onError?: (error: unknown) => void) {
  const { server, address } = await listen((each) => {
    const options = { newRequestId: () => 'r', ...(onError ? { onError } : {}) };
    addService(each, EventServiceDefinition, { subscribe: source }, options);
  });
  const client = createGrpcClient(EventServiceDefinition, address, { ownConnection: true });
  after(() => client.close());
  return { server, stream: client.subscribe({ cursor: '', fromOldest: false }) };
}

const answer = (cursor: string): SubscribeResponse => ({ events: [], cursor });

it('a stream of answers comes in order and ends with its source', async () => {
  const { stream } = await subscribeTo(async function* () {
    for (const cursor of ['a', 'b', 'c']) yield await Promise.resolve(answer(cursor));
  });
  const seen: string[] = [];
  for await (const each of stream) seen.push((each as SubscribeResponse).cursor);
  expect(seen).toEqual(['a', 'b', 'c']);
});

it('what a source throws is the status of its stream, and told before', async () => {
  const told: unknown[] = [];
  const gone = new DomainError('CURSOR_EXPIRED', 'begin anew', { field: 'cursor' });
  const { stream } = await subscribeTo(
    async function* () {
      yield await Promise.resolve(answer('a'));
      throw gone;
    },
    (error) => told.push(error),
  );
  const seen: string[] = [];
  const failure: unknown = await (async () => {
    for await (const each of stream) seen.push((each as SubscribeResponse).cursor);
  })().catch((error: unknown) => error);
  expect(seen).toEqual(['a']);
  expect(isServiceError(failure) && statusToDomainError(failure)).toMatchObject({
    code: 'CURSOR_EXPIRED',
    field: 'cursor',
  });
  expect(told).toEqual([gone]);
});

it('a source is not asked for more than its caller takes, and is ended with it', async () => {
  const large = 'x'.repeat(1_000_000);
  let asked = 0;
  let ended = false;
  const { stream } = await subscribeTo(async function* () {
    try {
      for (; asked < 1_000; asked += 1) yield await Promise.resolve(answer(large));
    } finally {
      ended = true;
    }
  });
  stream.on('error', () => undefined);
  stream.once('data', () => stream.pause());
  await vi.waitFor(() => expect(asked).toBeGreaterThan(0), 10_000);
  // Sockets hold a few of them; a source that runs on has asked for all by the time that its end is told.
  stream.cancel();
  await vi.waitFor(() => expect(ended).toBe(true), 10_000);
  expect(asked).toBeLessThan(100);
});
