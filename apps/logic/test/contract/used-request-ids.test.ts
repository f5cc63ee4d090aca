import { GroupServiceDefinition as Groups } from '@queqiao/protocol/client';
import {
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as AppGroups,
  TokenServiceDefinition as Tokens,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/server';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

const TAKEN = { code: 'ALREADY_EXISTS', field: 'client_request_id' };
const NOBODY = { code: 'NOT_FOUND', field: 'user_id' };

let rig: ApiRig;
let app: TestApp;
/** Two nodes. */
let here: UserCall;
let there: UserCall;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  [here, there] = [rig.backEndCalls(app, 0), rig.backEndCalls(app, 1)];
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'ben', 'cat', 'dan');
});
afterAll(() => rig.stop());

const rows = (sql: string) => queryRows(rig.database.url, sql);

describe('a back end that used an id', () => {
  it('bans nobody else by it', async () => {
    const clientRequestId = newId();
    const first = await here(Users, 'banUser', { clientRequestId, userId: 'ben' });
    expect(await failureOf(there(Users, 'banUser', { clientRequestId, userId: 'ann' }))).toEqual(
      TAKEN,
    );
    const longer = { clientRequestId, userId: 'ben', reason: 'again' };
    expect(await failureOf(there(Users, 'banUser', longer))).toEqual(TAKEN);
    expect(await failureOf(there(Users, 'unbanUser', { clientRequestId, userId: 'ben' }))).toEqual(
      TAKEN,
    );
    expect(await there(Users, 'banUser', { clientRequestId, userId: 'ben' })).toEqual(first);
    const { bans } = await here(Users, 'listBans', {});
    expect(bans.map(({ userId, reason }) => [userId, reason])).toEqual([['ben', '']]);
    await here(Users, 'unbanUser', { clientRequestId: newId(), userId: 'ben' });
  });

  it('signs nobody else out, and revokes no other token', async () => {
    const clientRequestId = newId();
    await here(Users, 'signOutUser', { clientRequestId, userId: 'ben' });
    expect(
      await failureOf(there(Users, 'signOutUser', { clientRequestId, userId: 'ann' })),
    ).toEqual(TAKEN);
    const another = newId();
    const revoke = (call: UserCall, tokenId: string) =>
      call(Tokens, 'revokeToken', { clientRequestId: another, userId: 'ben', tokenId });
    await revoke(here, 't1');
    expect(await failureOf(revoke(there, 't2'))).toEqual(TAKEN);
    expect(await rows('SELECT token_id FROM revoked_tokens')).toEqual([{ token_id: 't1' }]);
  });

  it('makes no other friends by it, nor by one of another method', async () => {
    const clientRequestId = newId();
    const befriend = (call: UserCall, userB: string, id = clientRequestId) =>
      call(Friends, 'addFriends', { clientRequestId: id, pairs: [{ userA: 'ann', userB }] });
    const first = await befriend(here, 'ben');
    expect(await failureOf(befriend(there, 'cat'))).toEqual(TAKEN);
    expect(await befriend(there, 'ben')).toEqual(first);
    const pairs = [{ userA: 'ann', userB: 'ben' }];
    expect(await failureOf(there(Friends, 'removeFriends', { clientRequestId, pairs }))).toEqual(
      TAKEN,
    );
    const used = newId();
    await here(Users, 'upsertUsers', { clientRequestId: used, users: [{ userId: 'cat' }] });
    expect(await failureOf(befriend(there, 'cat', used))).toEqual(TAKEN);
    const { friends } = await here(Friends, 'listFriends', { userId: 'ann' });
    expect(friends.map(({ userId }) => userId)).toEqual(['ben']);
  });

  it('has it back when the call was refused', async () => {
    const clientRequestId = newId();
    const ban = (userId: string) => here(Users, 'banUser', { clientRequestId, userId });
    expect(await failureOf(ban('nobody'))).toEqual(NOBODY);
    await ban('dan');
    const id = newId();
    const befriend = (userB: string) =>
      here(Friends, 'addFriends', { clientRequestId: id, pairs: [{ userA: 'ann', userB }] });
    expect((await failureOf(befriend('nobody'))).code).toBe('NOT_FOUND');
    expect((await befriend('dan')).added).toHaveLength(1);
  });

  it('has one effect by it, of two requests at the same moment', async () => {
    const clientRequestId = newId();
    const upsert = (call: UserCall, nickname: string) =>
      call(Users, 'upsertUsers', { clientRequestId, users: [{ userId: 'dan', nickname }] });
    const calls = await Promise.allSettled([upsert(here, 'one'), upsert(there, 'two')]);
    const refused = calls.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(1);
    const { reason } = refused[0] as PromiseRejectedResult;
    expect(await failureOf(Promise.reject(reason as Error))).toEqual(TAKEN);
  });
});

it('a group of a device is not what a back end asked for under the same id', async () => {
  const clientRequestId = newId();
  const ann = await rig.calls(app, 'ann');
  const own = await ann(Groups, 'createGroup', {
    clientRequestId,
    name: 'mine',
    memberIds: ['ben'],
  });
  const wanted = { ownerId: 'ann', clientRequestId, name: 'orders', memberIds: ['cat'] };
  for (const groupId of ['', `zz-${newId()}`]) {
    const call = there(AppGroups, 'createGroup', { ...wanted, groupId });
    expect(await failureOf(call)).toEqual(TAKEN);
  }
  // The same words, but on behalf of somebody else.
  const same = { ownerId: 'ann', clientRequestId, name: 'mine', memberIds: ['ben'] };
  expect(await failureOf(there(AppGroups, 'createGroup', same))).toEqual(TAKEN);
  const again = { clientRequestId, name: 'mine', memberIds: ['ben'] };
  expect(await ann(Groups, 'createGroup', again)).toEqual(own);
  expect(await rows("SELECT name FROM group_info WHERE creator_id = 'ann'")).toEqual([
    { name: 'mine' },
  ]);
});

it('a user who is to be erased is nobody at once, for whoever is named there', async () => {
  const id = () => ({ clientRequestId: newId() });
  await here(Users, 'upsertUsers', { users: [{ userId: 'gone' }] });
  const device = { userId: 'gone', deviceId: 'gone-phone' };
  await (await rig.signedIn(app, 'gone')).sync();
  const again = { ...id(), userId: 'gone' };
  const first = await here(Users, 'banUser', again);
  await here(Users, 'eraseUser', { ...id(), userId: 'gone' });
  // What is left to be done is left to be done by the test's end, or not: the answers are the same.
  for (const [method, request, field] of [
    ['banUser', { userId: 'gone' }, 'user_id'],
    ['unbanUser', { userId: 'gone' }, 'user_id'],
    ['signOutUser', { userId: 'gone' }, 'user_id'],
    ['signOutUser', device, 'device_id'],
  ] as const) {
    const call = there(Users, method, { ...id(), ...request });
    expect(await failureOf(call), method).toEqual({ code: 'NOT_FOUND', field });
  }
  const token = { ...id(), userId: 'gone', tokenId: 't' };
  expect(await failureOf(there(Tokens, 'revokeToken', token))).toEqual(NOBODY);
  expect(await there(Users, 'banUser', again)).toEqual(first);
});
