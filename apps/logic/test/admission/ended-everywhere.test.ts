import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import { parseDeviceId, parseUserId } from '@queqiao/domain';
import { createGrpcClient, type GrpcClient } from '@queqiao/grpc-kit';
import { DeviceServiceDefinition } from '@queqiao/protocol/client';
import { TokenServiceDefinition, UserServiceDefinition } from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

const NODES = [0, 1] as const;

let redis: RedisServer;
let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
const devices: GrpcClient<typeof DeviceServiceDefinition>[] = [];
let users = 0;

beforeAll(async () => {
  redis = await startRedis();
  rig = await ApiRig.start(2, undefined, redis.url);
  app = await rig.createApp('demo');
  backEnd = rig.backEndCalls(app);
  for (const node of NODES) {
    devices.push(createGrpcClient(DeviceServiceDefinition, rig.address(node)));
  }
});
afterAll(async () => {
  for (const client of devices) client.close();
  await rig.stop();
  await redis.stop();
});

const metadataOf = (token: string) => ({
  metadata: { authorization: `Bearer ${token}`, 'queqiao-device': 'phone' },
});

/** What a call with this token to a node ends with. */
async function use(token: string, node: number): Promise<string> {
  try {
    await devices[node]?.listDevices({}, metadataOf(token));
    return 'OK';
  } catch (error) {
    return (await failureOf(Promise.reject(error))).code;
  }
}

type End = (userId: string, token: string, tokenId: string) => Promise<unknown>;

/** By its name, what ends a token and how it is refused then. */
const ENDS: Record<string, readonly [refusal: string, end: End]> = {
  'when it is revoked': [
    'UNAUTHENTICATED',
    (_, token) =>
      backEnd(TokenServiceDefinition, 'revokeToken', { clientRequestId: newId(), token }),
  ],
  'when its user is banned': [
    'PERMISSION_DENIED',
    (userId) =>
      backEnd(UserServiceDefinition, 'banUser', { clientRequestId: newId(), userId, untilMs: 0 }),
  ],
  'when its user is signed out': [
    'UNAUTHENTICATED',
    (userId) => backEnd(UserServiceDefinition, 'signOutUser', { userId }),
  ],
  'when its user is erased': [
    'UNAUTHENTICATED',
    (userId) => backEnd(UserServiceDefinition, 'eraseUser', { clientRequestId: newId(), userId }),
  ],
  'when its device signs itself out': [
    'UNAUTHENTICATED',
    async (_, token) => {
      const request = { deviceId: 'phone', clientRequestId: newId() };
      await devices[0]?.signOutDevice(request, metadataOf(token));
    },
  ],
};

async function tokenOfNewUser() {
  const userId = parseUserId(`user${++users}`);
  await rig.withStores(async (stores) => {
    const facts = { platform: 'ios', brand: '', model: '', osVersion: '', appVersion: '' };
    await stores.users.ensure(app.appId, userId);
    const device = { deviceId: parseDeviceId('phone'), ...facts };
    await stores.devices.recordSignIn(app.appId, userId, device, 1);
  });
  const issued = await backEnd(TokenServiceDefinition, 'issueToken', { userId });
  return { userId, ...issued };
}

/** Calls both nodes with the token without a pause until it has ended; what calls are answered that begin after that. */
async function usedUntil(token: string, end: () => Promise<unknown>): Promise<string[]> {
  const over = new AbortController();
  const loops = NODES.map(async (node) => {
    let calls = 0;
    while (!over.signal.aborted || calls === 0) {
      await use(token, node);
      calls += 1;
    }
  });
  try {
    await end();
  } finally {
    over.abort();
  }
  const after = await Promise.all(NODES.map((node) => use(token, node)));
  await Promise.all(loops);
  return after;
}

async function expectEnded(refusal: string, end: End): Promise<void> {
  const { userId, token, tokenId } = await tokenOfNewUser();
  for (const node of NODES) expect(await use(token, node)).toBe('OK');
  const after = await usedUntil(token, () => end(userId, token, tokenId));
  expect(after).toEqual([refusal, refusal]);
}

describe('no node takes a token any more that is in use all the time', () => {
  it.each(Object.entries(ENDS))('%s', (_, [refusal, end]) => expectEnded(refusal, end));

  it('and both take it again when a ban is lifted', async () => {
    const { userId, token } = await tokenOfNewUser();
    const request = () => ({ clientRequestId: newId(), userId });
    await backEnd(UserServiceDefinition, 'banUser', { ...request(), untilMs: 0 });
    const after = await usedUntil(token, () =>
      backEnd(UserServiceDefinition, 'unbanUser', request()),
    );
    expect(after).toEqual(['OK', 'OK']);
  });

  it('whether Redis is there or not', async () => {
    await redis.kill();
    try {
      for (const [refusal, end] of Object.values(ENDS)) await expectEnded(refusal, end);
    } finally {
      await redis.start();
    }
  });
});
