import { createGrpcClient } from '@queqiao/grpc-kit';
import { ActorKind, AuditServiceDefinition as Audit } from '@queqiao/protocol/admin';
import { DeviceServiceDefinition, Platform } from '@queqiao/protocol/client';
import { fromProtoError, Error as ProtoError } from '@queqiao/protocol/common';
import {
  OpenSessionRequest,
  RefreshSessionRequest,
  RevocationsSinceRequest,
  RevocationsSinceResponse,
} from '@queqiao/protocol/link';
import { UserServiceDefinition as ServerUsers } from '@queqiao/protocol/server';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LinkCaller } from '../rig/api-link-caller.js';
import { ApiRig, failureOf } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let link: LinkCaller;
const clients: { close(): void }[] = [];

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  const port = rig.nodes[1]?.logic.ports.link ?? 0;
  link = new LinkCaller(`127.0.0.1:${port}`, { nodeId: 'c1', bootId: 'b1' });
});
afterAll(async () => {
  link.close();
  for (const client of clients) client.close();
  await rig.stop();
});

const SESSIONS = 'queqiao.link.v1.SessionService';

async function node(method: string, body: Uint8Array): Promise<Uint8Array> {
  const { result } = await link.call({ method: `${SESSIONS}/${method}`, body });
  if (result?.$case === 'body') return result.value;
  throw fromProtoError(ProtoError.decode(result?.value ?? new Uint8Array()));
}

function open(token: string, id: string, model = 'One'): Promise<Uint8Array> {
  const device = {
    id,
    platform: Platform.IOS,
    brand: 'Bridge',
    model,
    osVersion: '17',
    appVersion: '3',
  };
  return node(
    'OpenSession',
    OpenSessionRequest.encode(OpenSessionRequest.create({ token, device })).finish(),
  );
}

function refresh(token: string, userId: string, deviceId: string): Promise<Uint8Array> {
  const request = { token, appId: 'demo', userId, deviceId };
  return node('RefreshSession', RefreshSessionRequest.encode(request).finish());
}

async function feed(): Promise<RevocationsSinceResponse> {
  const request = RevocationsSinceRequest.encode(RevocationsSinceRequest.create()).finish();
  return RevocationsSinceResponse.decode(await node('RevocationsSince', request));
}

function devices(token: string, deviceId: string) {
  const client = createGrpcClient(DeviceServiceDefinition, rig.address());
  clients.push(client);
  const options = { metadata: { authorization: `Bearer ${token}`, 'queqiao-device': deviceId } };
  return {
    list: async () => (await client.listDevices({}, options)).devices,
    signOut: (device: string, clientRequestId?: string) =>
      client.signOutDevice({ deviceId: device, clientRequestId }, options),
  };
}

const refused = { code: 'UNAUTHENTICATED' };

describe('devices', () => {
  it('are listed with what they said of themselves, and which of them asks', async () => {
    const token = await app.token('lister');
    await open(token, 'phone');
    await open(token, 'tablet', 'Two');
    const list = await devices(token, 'tablet').list();
    expect(new Set(list.map(({ device }) => device?.id))).toEqual(new Set(['phone', 'tablet']));
    const tablet = list.find(({ device }) => device?.id === 'tablet');
    expect(tablet).toMatchObject({
      device: {
        platform: Platform.IOS,
        brand: 'Bridge',
        model: 'Two',
        osVersion: '17',
        appVersion: '3',
      },
      current: true,
    });
    expect(tablet?.lastSeenMs).toBeGreaterThan(0);
    expect(list.filter(({ current }) => current)).toHaveLength(1);
  });

  it('that a back end signs out in the user’s place are in the audit log, unlike those of the user’s own accord', async () => {
    const token = await app.token('aided');
    for (const id of ['phone', 'tablet']) await open(token, id);
    await devices(token, 'tablet').signOut('tablet');
    const client = createGrpcClient(DeviceServiceDefinition, rig.address());
    clients.push(client);
    const metadata = { authorization: `Bearer ${app.credential}`, 'queqiao-user': 'aided' };
    await client.signOutDevice({ deviceId: 'phone', clientRequestId: 'lost-phone' }, { metadata });
    const { entries } = await rig.operatorCalls()(Audit, 'listAuditEntries', { appId: 'demo' });
    const told = entries.filter(({ method }) => method === 'SignOutDevice');
    expect(told).toMatchObject([
      { actorKind: ActorKind.CREDENTIAL, actorId: 'test', target: 'aided phone', outcome: 'OK' },
    ]);
  });

  it('are listed for back ends with which of them are online, those of the app alone', async () => {
    const other = await rig.createApp('elsewhere');
    await rig.backEnd(`Bearer ${other.credential}`).upsert('seen');
    await open(await app.token('seen'), 'phone');
    await open(await app.token('seen'), 'tablet', 'Two');
    const at = { nodeId: 'c1', bootId: 'b1', session: 1, codec: 'proto' } as const;
    const route = { ...at, deviceId: 'tablet', platform: 'ios', generation: 1 };
    await rig.nodes[1]?.directory.register('demo', 'seen', route, { mode: 'unlimited' });
    const list = (of: TestApp) =>
      rig.backEndCalls(of, 1)(ServerUsers, 'listDevices', { userId: 'seen' });
    const { devices: found } = await list(app);
    expect(found).toHaveLength(2);
    const [tablet, phone] = ['tablet', 'phone'].map((id) =>
      found.find(({ device }) => device?.id === id),
    );
    expect(tablet).toMatchObject({ device: { model: 'Two' }, online: true });
    expect(phone).toMatchObject({ device: { model: 'One' }, online: false });
    expect(phone?.createdMs).toBeGreaterThan(0);
    expect((await list(other)).devices).toEqual([]);
  });

  it('are the caller’s own: a foreign one is as unknown as none', async () => {
    const [mine, theirs] = [await app.token('mine'), await app.token('theirs')];
    await open(theirs, 'their-phone');
    await open(mine, 'my-phone');
    for (const device of ['their-phone', 'nothing']) {
      const failure = await failureOf(devices(mine, 'my-phone').signOut(device));
      expect(failure).toEqual({ code: 'NOT_FOUND', field: 'device_id' });
    }
    const failure = await failureOf(devices(mine, 'my-phone').signOut(''));
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'device_id' });
    await open(theirs, 'their-phone');
  });
});

describe('a signed-out device', () => {
  it('gets nowhere with its token by any door, and in again with a later one', async () => {
    const token = await app.token('ann');
    await open(token, 'phone');
    await open(token, 'tablet');
    const [phone, tablet] = [devices(token, 'phone'), devices(token, 'tablet')];
    await phone.list();
    await tablet.signOut('phone', 'once');
    // At once where sessions are opened, on every node.
    await expect(open(token, 'phone')).rejects.toMatchObject(refused);
    await expect(refresh(token, 'ann', 'phone')).rejects.toMatchObject(refused);
    // After at most a cache's time at the public door.
    const failure = await eventually('the public door refuses', () => failureOf(phone.list()));
    expect(failure.code).toBe('UNAUTHENTICATED');
    // The same token on another device is another matter.
    expect(await tablet.list()).toHaveLength(2);
    await refresh(token, 'ann', 'tablet');
    const rows = (await feed()).revocations.filter(({ userId }) => userId === 'ann');
    expect(rows).toMatchObject([{ appId: 'demo', deviceId: 'phone' }]);
    await eventually('a later token signs in', async () => open(await app.token('ann'), 'phone'));
    const later = await app.token('ann');
    const fresh = devices(later, 'phone');
    await eventually('and is taken by the public door', () => fresh.list());
    // A late repetition of the call does not end what began after it.
    await tablet.signOut('phone', 'once');
    await open(later, 'phone');
  });

  it('can be any of a user’s, known or not, when the app says so', async () => {
    const users = createGrpcClient(ServerUsers, rig.address());
    clients.push(users);
    const options = { metadata: { authorization: `Bearer ${app.credential}` } };
    const token = await app.token('bob');
    await open(token, 'phone');
    await users.signOutUser({ userId: 'bob', deviceId: '' }, options);
    for (const device of ['phone', 'never-seen']) {
      await expect(open(token, device)).rejects.toMatchObject(refused);
    }
    const rows = (await feed()).revocations.filter(({ userId }) => userId === 'bob');
    expect(rows).toMatchObject([{ appId: 'demo', deviceId: '' }]);
    const carol = await app.token('carol');
    await open(carol, 'phone');
    await open(carol, 'tablet');
    await users.signOutUser({ userId: 'carol', deviceId: 'phone' }, options);
    await expect(open(carol, 'phone')).rejects.toMatchObject(refused);
    await open(carol, 'tablet');
    for (const [userId, deviceId, field] of [
      ['nobody', '', 'user_id'],
      ['carol', 'none', 'device_id'],
    ] as const) {
      const failure = await failureOf(users.signOutUser({ userId, deviceId }, options));
      expect(failure).toEqual({ code: 'NOT_FOUND', field });
    }
    // A credential reaches its own app only.
    const other = await rig.createApp('other');
    const foreign = { metadata: { authorization: `Bearer ${other.credential}` } };
    const failure = await failureOf(users.signOutUser({ userId: 'carol', deviceId: '' }, foreign));
    expect(failure.code).toBe('NOT_FOUND');
    await open(carol, 'tablet');
  });
});
