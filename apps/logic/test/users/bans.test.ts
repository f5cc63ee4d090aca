import { createGrpcClient } from '@queqiao/grpc-kit';
import { DeviceServiceDefinition } from '@queqiao/protocol/client';
import { TokenServiceDefinition, UserServiceDefinition } from '@queqiao/protocol/server';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
const clients: { close(): void }[] = [];

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  backEnd = rig.backEndCalls(app);
  const users = ['ann', 'bob', 'carol'].map((userId) => ({ userId, nickname: userId }));
  await backEnd(UserServiceDefinition, 'upsertUsers', { users });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await rig.stop();
});

const ban = (userId: string, untilMs = 0, clientRequestId = newId()) =>
  backEnd(UserServiceDefinition, 'banUser', { clientRequestId, userId, untilMs, reason: 'spam' });
const unban = (userId: string) =>
  backEnd(UserServiceDefinition, 'unbanUser', { clientRequestId: newId(), userId });

async function use(token: string, device = 'phone', node = 0): Promise<string> {
  const client = createGrpcClient(DeviceServiceDefinition, rig.address(node));
  clients.push(client);
  const metadata = { authorization: `Bearer ${token}`, 'queqiao-device': device };
  try {
    await client.listDevices({}, { metadata });
    return 'OK';
  } catch (error) {
    const { code, field } = await failureOf(Promise.reject(error));
    return `${code} ${field}`;
  }
}

describe('a banned user', () => {
  it('is refused by every node once that is answered, and back when it is lifted', async () => {
    const token = await app.token('ann');
    for (const node of [0, 1]) expect(await use(token, 'phone', node)).toBe('OK');
    await ban('ann');
    for (const node of [0, 1])
      expect(await use(token, 'phone', node)).toBe('PERMISSION_DENIED ban');
    const issue = backEnd(TokenServiceDefinition, 'issueToken', { userId: 'ann' });
    expect(await failureOf(issue)).toEqual({ code: 'PERMISSION_DENIED', field: 'ban' });
    expect(await use(await app.token('bob'))).toBe('OK');
    await unban('ann');
    // With the token of before.
    for (const node of [0, 1]) expect(await use(token, 'phone', node)).toBe('OK');
  });

  it('is back at the time that was set, without anybody doing anything', async () => {
    const token = await app.token('bob');
    // Long enough to be seen, however slow this is.
    await ban('bob', Date.now() + 10_000);
    expect(await use(token)).toBe('PERMISSION_DENIED ban');
    await eventually('the time comes', async () => (await use(token)) === 'OK');
  });

  it('gets messages and is acted for all the same', async () => {
    await ban('carol');
    const calls = rig.backEnd(`Bearer ${app.credential}`);
    const sender = { kind: 1, id: 'carol' };
    await calls.send({ sender, conversationId: 'd:bob:carol' });
    const bob = await rig.signedIn(app, 'bob');
    await bob.send('d:bob:carol', 'm1');
    await unban('carol');
    const carol = await rig.signedIn(app, 'carol');
    const entries = await eventually('carol is back', async () => {
      return (await carol.pull({ conversationId: 'd:bob:carol' })).entries;
    });
    expect(entries.map(({ sender: from }) => from?.id)).toEqual(['carol', 'bob']);
  });

  it('is shown to back ends, with everything else that is known', async () => {
    const { ban: made } = await ban('ann');
    await backEnd(UserServiceDefinition, 'upsertUsers', {
      users: [{ userId: 'bob', handle: 'bob@x' }],
    });
    const { users } = await backEnd(UserServiceDefinition, 'getUsers', {
      userIds: ['ann', 'bob', 'nobody'],
    });
    expect(users).toHaveLength(2);
    const of = (id: string) => users.find(({ user }) => user?.userId === id);
    expect(of('ann')).toMatchObject({ ban: made, user: { nickname: 'ann' }, handle: '' });
    expect(of('bob')).toMatchObject({ ban: undefined, handle: 'bob@x' });
    expect(of('bob')?.createdMs).toBeGreaterThan(0);
    expect(of('bob')?.settings?.hideFromIdSearch).toBe(false);
    const { bans, nextPageToken } = await backEnd(UserServiceDefinition, 'listBans', {});
    expect([bans, nextPageToken]).toEqual([[made], '']);
    await unban('ann');
  });

  it('of another app is another user', async () => {
    const other = await rig.createApp('other');
    const calls = rig.backEndCalls(other);
    await calls(UserServiceDefinition, 'upsertUsers', { users: [{ userId: 'ann' }] });
    const request = { clientRequestId: newId(), userId: 'ann' };
    await calls(UserServiceDefinition, 'banUser', request);
    expect(await use(await other.token('ann'))).toBe('PERMISSION_DENIED ban');
    expect(await use(await app.token('ann'))).toBe('OK');
    const { bans } = await backEnd(UserServiceDefinition, 'listBans', {});
    expect(bans).toEqual([]);
  });
});

describe('a call that is repeated', () => {
  it('does not ban again who was let in since', async () => {
    const request = newId();
    const first = await ban('ann', 0, request);
    await unban('ann');
    expect(await ban('ann', 0, request)).toEqual(first);
    expect(await use(await app.token('ann'), 'again')).toBe('OK');
  });

  it('does not sign out who has signed in since', async () => {
    const clientRequestId = newId();
    const signOut = () =>
      backEnd(UserServiceDefinition, 'signOutUser', { userId: 'bob', clientRequestId });
    await signOut();
    const { token } = await backEnd(TokenServiceDefinition, 'issueToken', { userId: 'bob' });
    expect(await use(token, 'new')).toBe('OK');
    await signOut();
    expect(await use(token, 'new')).toBe('OK');
    await backEnd(UserServiceDefinition, 'signOutUser', { userId: 'bob' });
    expect(await use(token, 'new')).toBe('UNAUTHENTICATED ');
  });

  it('does not take a later change of a profile back', async () => {
    const upsert = (nickname: string, clientRequestId: string) =>
      backEnd(UserServiceDefinition, 'upsertUsers', {
        users: [{ userId: 'carol', nickname }],
        clientRequestId,
      });
    const request = newId();
    const first = await upsert('First', request);
    await upsert('Second', newId());
    expect(await upsert('First', request)).toEqual(first);
    const { users } = await backEnd(UserServiceDefinition, 'getUsers', { userIds: ['carol'] });
    expect(users[0]?.user?.nickname).toBe('Second');
    const other = backEnd(UserServiceDefinition, 'signOutUser', {
      userId: 'carol',
      clientRequestId: request,
    });
    expect(await failureOf(other)).toEqual({ code: 'ALREADY_EXISTS', field: 'client_request_id' });
  });
});
