import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { DomainError } from '@queqiao/domain';
import { addService, createGrpcClient, requestIdOf, statusToDomainError } from '@queqiao/grpc-kit';
import { EventServiceDefinition, type SubscribeResponse } from '@queqiao/protocol/server';
import { expect, it } from 'vitest';
import { after, listen } from './rig.js';

/** A stream that gives one answer, or refuses at once, and what it was told in the head and in the trailers. */
async function stream(refused: boolean, requestId: string) {
  const { address } = await listen((server) => {
    const subscribe = async function* (): AsyncGenerator<SubscribeResponse> {
      if (refused) throw new DomainError('UNAVAILABLE', 'not now');
      yield await Promise.resolve({ events: [], cursor: 'a' });
    };
    addService(server, EventServiceDefinition, { subscribe }, { newRequestId: () => 'made-here' });
  });
  const client = createGrpcClient(EventServiceDefinition, address, { ownConnection: true });
  after(() => client.close());
  const metadata = { 'x-request-id': requestId };
  const call = client.subscribe({ cursor: '', fromOldest: false }, { metadata });
  const heads: Metadata[] = [];
  call.on('metadata', (head: Metadata) => heads.push(head));
  const error = await new Promise<ServiceError | undefined>((resolve) => {
    call.on('data', () => undefined).on('end', () => resolve(undefined));
    call.on('error', (failure: ServiceError) => resolve(failure));
  });
  return { heads: heads.map((head) => head.get('x-request-id')), error };
}

it('a stream answers with the id of its request in its head', async () => {
  expect(await stream(false, 'mine')).toEqual({ heads: [['mine']], error: undefined });
  expect((await stream(false, 'a/b')).heads).toEqual([['made-here']]);
});

it('one that is refused says it in its trailers alone, so that a client may repeat it', async () => {
  const { heads, error } = await stream(true, 'mine');
  expect(heads).toEqual([]);
  if (!error) throw new Error('the stream was not refused');
  expect(error.metadata.get('x-request-id')).toEqual(['mine']);
  expect(requestIdOf(error)).toBe('mine');
  expect(statusToDomainError(error).code).toBe('UNAVAILABLE');
});
