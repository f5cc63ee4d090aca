import { parseAppId, parseDeviceId, parseUserId } from '@queqiao/domain';
import { createGrpcClient } from '@queqiao/grpc-kit';
import { UserServiceDefinition } from '@queqiao/protocol/client';
import { Registry, systemClock } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';
import { afterEach, expect, it } from 'vitest';
import { defineService } from '../../src/api/api-service.js';
import { type GrpcDoorDeps, type GrpcDoorOptions } from '../../src/api/door/grpc-door.js';
import { CallObserver, GrpcDoor, MethodCaller } from '../../src/api/index.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The public door with one service behind it, and the connections that calls came over. */
async function openDoor(ages: Partial<GrpcDoorOptions>) {
  const peers = new Set<string>();
  const appId = parseAppId('demo');
  const caller = {
    kind: 'user',
    userId: parseUserId('ann'),
    deviceId: parseDeviceId('phone'),
  } as const;
  const authentication: GrpcDoorDeps['authentication'] = {
    user({ peer, requestId, signal }) {
      peers.add(peer);
      return Promise.resolve({
        context: { appId, caller, requestId, signal },
        confirm: () => Promise.resolve(),
      });
    },
    business: () => Promise.reject(new Error('not called here')),
    operator: () => {
      throw new Error('not called here');
    },
  };
  const getUsers = () => Promise.resolve({ users: [] });
  const { getUsers: method } = UserServiceDefinition.methods;
  const definition = { ...UserServiceDefinition, methods: { getUsers: method } };
  const services = [defineService('user', definition, { getUsers })];
  const shared = { clock: systemClock, logger: silentLogger(), registry: new Registry() };
  const observer = new CallObserver({ ...shared, translate: () => undefined });
  const door = new GrpcDoor(
    {
      services,
      caller: new MethodCaller(services),
      observer,
      authentication,
      rechecks: authentication,
      newRequestId: () => 'r1',
      clock: systemClock,
    },
    { host: '127.0.0.1', port: 0, ...ages },
  );
  const address = `127.0.0.1:${await door.start()}`;
  closers.push(() => door.stop(0));
  const client = createGrpcClient(UserServiceDefinition, address, { ownConnection: true });
  closers.push(() => client.close());
  return { client, peers };
}

it('sends clients on to new connections at an age, and fails no call', async () => {
  const { client, peers } = await openDoor({ maxConnectionAgeMs: 200 });
  const callOn = async (): Promise<void> => {
    while (peers.size < 3) await client.getUsers({ userIds: [] });
  };
  await Promise.all(Array.from({ length: 8 }, callOn));
  expect(peers.size).toBeGreaterThanOrEqual(3);
});
