import { status } from '@grpc/grpc-js';
import { DomainError } from '@queqiao/domain';
import { User, UserServiceDefinition } from '@queqiao/protocol/client';
import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { createInMemoryClient } from './in-memory-client.js';
import type { ServerCallContext, ServiceHandlers } from './service.js';
import { isServiceError, requestIdOf, statusToDomainError } from './status.js';

/** One method is enough here. */
const { getUsers: method } = UserServiceDefinition.methods;
const Users = { ...UserServiceDefinition, methods: { getUsers: method } };
type GetUsers = ServiceHandlers<typeof UserServiceDefinition>['getUsers'];

function rig(getUsers: GetUsers) {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const options = {
    clock,
    newRequestId: () => 'made-here',
    onError: (error: unknown) => errors.push(error),
  };
  return {
    clock,
    errors,
    client: createInMemoryClient(Users, { getUsers }, options),
  };
}

async function failure(call: Promise<unknown>) {
  const error = await call.catch((reason: unknown) => reason);
  if (!isServiceError(error)) throw new Error('expected a grpc error', { cause: error });
  return error;
}

it('passes messages through their encoding both ways', async () => {
  const ann = User.create({ userId: 'ann', nickname: 'Ann' });
  const extra = { ...ann, password: 'hunter2' };
  const seen: ServerCallContext[] = [];
  const { client } = rig((request, context) => {
    seen.push(context);
    return Promise.resolve({ users: request.userIds.map(() => extra) });
  });
  const metadata = { authorization: 't', 'x-request-id': 'r-1' };
  await expect(client.getUsers({ userIds: ['ann'] }, { metadata })).resolves.toEqual({
    users: [ann],
  });
  expect(seen[0]?.path).toBe('/queqiao.client.v1.UserService/GetUsers');
  expect([seen[0]?.requestId, seen[0]?.metadata.get('authorization')]).toEqual(['r-1', ['t']]);
});

it('maps errors as the socket does', async () => {
  const { client, errors } = rig(() =>
    Promise.reject(new DomainError('MUTED', 'not now', { field: 'f' })),
  );
  const error = await failure(client.getUsers({ userIds: [] }));
  expect([error.code, requestIdOf(error)]).toEqual([status.PERMISSION_DENIED, 'made-here']);
  expect(statusToDomainError(error)).toMatchObject({
    code: 'MUTED',
    message: 'not now',
    field: 'f',
  });
  expect(errors).toHaveLength(1);
});

it('gives up at the deadline or the signal, and tells the handler', async () => {
  const signals: AbortSignal[] = [];
  const { client, clock } = rig((_, { signal }) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  const late = failure(client.getUsers({ userIds: [] }, { deadlineMs: 100 }));
  await clock.advanceAsync(100);
  expect((await late).code).toBe(status.DEADLINE_EXCEEDED);
  const abort = new AbortController();
  const cancelled = failure(client.getUsers({ userIds: [] }, { signal: abort.signal }));
  abort.abort();
  expect((await cancelled).code).toBe(status.CANCELLED);
  expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
  const before = await failure(client.getUsers({ userIds: [] }, { signal: abort.signal }));
  expect([before.code, signals.length, clock.pending]).toEqual([status.CANCELLED, 2, 0]);
});
