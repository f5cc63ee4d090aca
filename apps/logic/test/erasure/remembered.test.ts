import {
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import {
  FriendServiceDefinition as ServerFriends,
  TokenServiceDefinition as Tokens,
  UserServiceDefinition as ServerUsers,
} from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
const id = () => ({ clientRequestId: newId() });
const WORD = 'axolotl';

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
});
afterAll(() => rig.stop());

/** What the second node tells of the user, in whichever list. */
async function told(): Promise<string[]> {
  const [bob, backEnd] = [await rig.calls(app, 'bob', 1), rig.backEndCalls(app, 1)];
  const of = { groupId: 'g', userIds: ['ann'] };
  const pages = await Promise.all([
    bob(Users, 'getUsers', { userIds: ['ann'] }),
    bob(Users, 'searchUsers', { query: WORD }),
    bob(Friends, 'listFriends', {}),
    bob(Friends, 'searchFriends', { query: WORD }),
    bob(Groups, 'listMembers', { groupId: 'g' }),
    bob(Groups, 'getMembers', of),
    backEnd(ServerUsers, 'getUsers', { userIds: ['ann'] }),
  ]);
  return pages.map((page) => JSON.stringify(page)).filter((page) => page.includes(WORD));
}

it('another node tells nothing of what it has told, from the moment when the erasure is answered', async () => {
  const [first, second] = [rig.backEndCalls(app, 0), rig.backEndCalls(app, 1)];
  const ann = { userId: 'ann', nickname: WORD, avatarUrl: `https://${WORD}.example/a.png` };
  await second(ServerUsers, 'upsertUsers', { users: [ann, { userId: 'bob' }] });
  const pairs = [{ userA: 'ann', userB: 'bob' }];
  await second(ServerFriends, 'addFriends', { ...id(), pairs });
  const bob = await rig.calls(app, 'bob', 1);
  await bob(Groups, 'createGroup', { ...id(), groupId: 'g', name: 'T', memberIds: ['ann'] });
  const issue = () => second(Tokens, 'issueToken', { userId: 'ann', createUser: true });
  // From now on the node takes it for granted that the user exists.
  await issue();
  expect((await told()).length).toBeGreaterThan(1);
  await first(ServerUsers, 'eraseUser', { ...id(), userId: 'ann' });
  expect(await told()).toEqual([]);
  expect(await failureOf(issue())).toEqual({ code: 'ALREADY_EXISTS', field: 'user_id' });
});
