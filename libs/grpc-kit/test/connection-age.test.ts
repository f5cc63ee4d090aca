import { setTimeout as sleep } from 'node:timers/promises';
import { experimental } from '@grpc/grpc-js';
import { createGrpcClient } from '@queqiao/grpc-kit';
import { expect, it } from 'vitest';
import { after, userService, UserServiceDefinition, type GetUsers } from './rig.js';

/** What a headless service of a cluster would answer; a client asks again when one of its connections ends. */
let endpoints: string[] = [];

class Names implements experimental.Resolver {
  constructor(
    _target: experimental.GrpcUri,
    private readonly listener: experimental.ResolverListener,
  ) {}

  static getDefaultAuthority(): string {
    return 'names';
  }

  updateResolution(): void {
    const addresses = endpoints.map((endpoint) => {
      const [host = '', port] = endpoint.split(':');
      return { addresses: [{ host, port: Number(port) }] };
    });
    setImmediate(() => this.listener(experimental.statusOrFromValue(addresses), {}, null, ''));
  }

  destroy(): void {}
}

experimental.registerResolver('names', Names);

const CALLERS = 16;

it('moves clients on to servers that came later, and fails no call', async () => {
  const seen: { readonly server: string; readonly peer: string }[] = [];
  const serve = (server: string): GetUsers => {
    return async ({ userIds }, { peer }) => {
      seen.push({ server, peer });
      if (userIds.includes('slow')) await sleep(800);
      return { users: [] };
    };
  };
  const age = { maxConnectionAgeMs: 250, maxConnectionAgeGraceMs: 10_000 };
  const old = await userService(serve('old'), age);
  const fresh = await userService(serve('fresh'));
  endpoints = [old.address];
  const options = { roundRobin: true, ownConnection: true };
  const client = createGrpcClient(UserServiceDefinition, 'names:users', options);
  after(() => client.close());

  const connectionsTo = (server: string): number =>
    new Set(seen.filter((each) => each.server === server).map(({ peer }) => peer)).size;
  let calls = 0;
  const callUntil = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      calls += 1;
      await client.getUsers({ userIds: [] });
    }
  };
  await callUntil(() => connectionsTo('old') === 1);
  // It outlives several ages of the connection that it is on.
  const slow = client.getUsers({ userIds: ['slow'] });
  calls += 1;
  endpoints = [old.address, fresh.address];
  const done = (): boolean => connectionsTo('fresh') > 0 && connectionsTo('old') > 3;
  await Promise.all(Array.from({ length: CALLERS }, () => callUntil(done)));
  await slow;
  expect(connectionsTo('fresh')).toBe(1);
  // What was repeated had not been seen before.
  expect(seen).toHaveLength(calls);
});
