import { Metadata, status } from '@grpc/grpc-js';
import { DomainError } from '@queqiao/domain';
import {
  isServiceError,
  requestIdOf,
  statusToDomainError,
  createGrpcClient,
} from '@queqiao/grpc-kit';
import { User } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { after, userService, UserServiceDefinition, type GetUsers } from './rig.js';

const echo: GetUsers = ({ userIds }) =>
  Promise.resolve({
    users: userIds.map((userId) => User.create({ userId, nickname: `n-${userId}` })),
  });

const never = (): Promise<never> => new Promise(() => undefined);

async function failure(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isServiceError(error)) throw new Error('expected a grpc error', { cause: error });
  return error;
}

describe('a unary call', () => {
  it('answers with typed messages', async () => {
    const { client } = await userService(echo);
    await expect(client.getUsers({ userIds: ['ann', 'bob'] })).resolves.toMatchObject({
      users: [
        { userId: 'ann', nickname: 'n-ann', avatarUrl: '' },
        { userId: 'bob', nickname: 'n-bob', avatarUrl: '' },
      ],
    });
  });

  it('tells the handler path, metadata, peer and request id', async () => {
    const seen: unknown[] = [];
    const { client } = await userService((request, { path, metadata, peer, requestId }) => {
      seen.push([path, metadata.get('authorization'), requestId, peer.startsWith('127.0.0.1:')]);
      return echo(request, undefined as never);
    });
    const path = '/queqiao.client.v1.UserService/GetUsers';
    const given = { authorization: 'Bearer t', 'x-request-id': 'r-1' };
    await client.getUsers({ userIds: [] }, { metadata: given });
    const metadata = new Metadata();
    metadata.set('x-request-id', 'not a sane one!');
    await client.getUsers({ userIds: [] }, { metadata });
    expect(seen).toEqual([
      [path, ['Bearer t'], 'r-1', true],
      [path, [], 'made-here', true],
    ]);
  });

  it('brings back the code, field, hint and request id of a DomainError', async () => {
    const errors: unknown[] = [];
    const original = new DomainError('RATE_LIMITED', 'too fast', {
      field: 'sends',
      retryAfterMs: 250,
    });
    const { client } = await userService(() => Promise.reject(original), {
      onError: (error, { requestId }) => errors.push([error, requestId]),
    });
    const error = await failure(client.getUsers({ userIds: [] }));
    expect([error.code, error.details]).toEqual([status.RESOURCE_EXHAUSTED, 'too fast']);
    expect(requestIdOf(error)).toBe('made-here');
    expect(statusToDomainError(error)).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'too fast',
      field: 'sends',
      retryAfterMs: 250,
    });
    expect(errors).toEqual([[original, 'made-here']]);
  });

  it('hides a defect from the caller, also one thrown at once, and shows it to the log', async () => {
    const errors: unknown[] = [];
    const defect = new TypeError('secret hunter2');
    const throwing: GetUsers = () => {
      throw defect;
    };
    const { client } = await userService(throwing, { onError: (error) => errors.push(error) });
    const error = await failure(client.getUsers({ userIds: [] }));
    expect(error.code).toBe(status.INTERNAL);
    expect(JSON.stringify([error.message, error.details, error.metadata])).not.toContain('hunter2');
    expect(errors).toEqual([defect]);
  });
});

describe('giving up', () => {
  it('fails at its deadline and tells the handler', async () => {
    let aborted: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (aborted = resolve));
    const { client } = await userService((_, { signal }) => {
      signal.addEventListener('abort', aborted);
      return never();
    });
    const error = await failure(client.getUsers({ userIds: [] }, { deadlineMs: 50 }));
    expect(statusToDomainError(error).code).toBe('DEADLINE_EXCEEDED');
    await told;
  });

  it('is cancelled by its signal, before or during the call, and tells the handler', async () => {
    let calls = 0;
    let aborted: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (aborted = resolve));
    const abort = new AbortController();
    const { client } = await userService((_, { signal }) => {
      calls += 1;
      signal.addEventListener('abort', aborted);
      abort.abort();
      return never();
    });
    const during = await failure(client.getUsers({ userIds: [] }, { signal: abort.signal }));
    expect(during.code).toBe(status.CANCELLED);
    await told;
    const before = await failure(client.getUsers({ userIds: [] }, { signal: abort.signal }));
    expect([before.code, calls]).toEqual([status.CANCELLED, 1]);
  });

  it('is UNAVAILABLE when nobody listens', async () => {
    const client = createGrpcClient(UserServiceDefinition, '127.0.0.1:1');
    after(() => client.close());
    const error = await failure(client.getUsers({ userIds: [] }));
    expect(statusToDomainError(error).code).toBe('UNAVAILABLE');
    await expect(client.waitForReady(50)).rejects.toThrow('deadline');
  });
});

describe('message sizes', () => {
  it('refuses a request above the limit of the server without calling the handler', async () => {
    let calls = 0;
    const counting: GetUsers = (request, context) => {
      calls += 1;
      return echo(request, context);
    };
    const { client } = await userService(counting, { maxMessageBytes: 1_000 });
    const error = await failure(client.getUsers({ userIds: ['x'.repeat(2_000)] }));
    expect([error.code, calls]).toEqual([status.RESOURCE_EXHAUSTED, 0]);
    await client.getUsers({ userIds: ['x'.repeat(100)] });
    expect(calls).toBe(1);
  });

  it('refuses a response above the limit of the server, after the handler had its effect', async () => {
    let calls = 0;
    const long: GetUsers = ({ userIds }) => {
      calls += 1;
      return Promise.resolve({
        users: [User.create({ nickname: 'x'.repeat(Number(userIds[0])) })],
      });
    };
    const { client } = await userService(long, { maxMessageBytes: 1_000 });
    const error = await failure(client.getUsers({ userIds: ['2000'] }));
    expect([error.code, calls]).toEqual([status.RESOURCE_EXHAUSTED, 1]);
    // Nobody can tell from it that nothing was done.
    expect(statusToDomainError(error).row.effect).toBe('unknown');
    await client.getUsers({ userIds: ['900'] });
  });

  it('refuses them on the side of the client, too', async () => {
    const { address } = await userService(echo);
    const client = createGrpcClient(UserServiceDefinition, address, { maxMessageBytes: 1_000 });
    after(() => client.close());
    for (const userIds of [['x'.repeat(2_000)], Array.from({ length: 300 }, () => 'x')]) {
      const error = await failure(client.getUsers({ userIds }));
      expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
    }
    await client.getUsers({ userIds: ['x'] });
  });
});
