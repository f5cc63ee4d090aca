import {
  FriendServiceDefinition as Friends,
  GroupServiceDefinition,
} from '@queqiao/protocol/client';
import {
  FriendServiceDefinition,
  GroupServiceDefinition as AppGroups,
} from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  callWith,
  doorsOf,
  methodPaths,
  schemaOf,
  audienceOf,
  type AnyDoor,
  type Audience,
} from '../rig/any-door.js';
import { ApiRig, failureOf, type UserCall } from '../rig/api-rig.js';

const people = ['ann', 'bob', 'cat', 'dan'];
const bad = { code: 'INVALID_ARGUMENT', field: 'page_token' };

let rig: ApiRig;
let app: TestApp;
let other: TestApp;
let doors: Record<Audience, readonly AnyDoor[]>;

beforeAll(async () => {
  rig = await ApiRig.start();
  [app, other] = [await rig.createApp('demo'), await rig.createApp('other')];
  for (const each of [app, other]) {
    const backEnd = rig.backEnd(`Bearer ${each.credential}`);
    await backEnd.upsert(...people);
    for (const groupId of ['one', 'two'])
      await backEnd.createGroup({ ownerId: 'ann', groupId, memberIds: people.slice(1) });
  }
  doors = await doorsOf(rig, app, 'ann');
});
afterAll(async () => {
  for (const door of Object.values(doors).flat()) door.close();
  await rig.stop();
});

const members = (call: UserCall, more: object) =>
  call(GroupServiceDefinition, 'listMembers', { groupId: 'one', limit: 1, ...more });

it('a token is good for the same list and the same caller, whatever the limit', async () => {
  const ann = await rig.calls(app, 'ann');
  const { nextPageToken: pageToken } = await members(ann, {});
  expect((await members(ann, { pageToken, limit: 3 })).members).toHaveLength(3);
  const bob = await rig.calls(app, 'bob');
  const namesake = await rig.calls(other, 'ann');
  const strange: [string, () => Promise<unknown>][] = [
    ['of another group', () => members(ann, { pageToken, groupId: 'two' })],
    ['of another query', () => members(ann, { pageToken, query: 'b' })],
    ['of another user', () => members(bob, { pageToken })],
    ['of another app', () => members(namesake, { pageToken })],
    [
      'of a back end',
      () => rig.backEndCalls(app)(AppGroups, 'listMembers', { groupId: 'one', pageToken }),
    ],
    [
      'of another list',
      () =>
        rig.backEndCalls(app)(FriendServiceDefinition, 'listFriends', { userId: 'ann', pageToken }),
    ],
    ['cut', () => members(ann, { pageToken: pageToken.slice(1) })],
  ];
  for (const [what, call] of strange) expect(await failureOf(call()), what).toEqual(bad);
});

it('a token is of the list that made it, although another one is asked for in the same words', async () => {
  const ann = await rig.calls(app, 'ann');
  const groups = (pageToken: string) =>
    ann(GroupServiceDefinition, 'listMyGroups', { limit: 1, pageToken });
  const { nextPageToken: pageToken } = await groups('');
  // Whose tokens hold the same, an id.
  expect(await failureOf(ann(Friends, 'listBlocks', { limit: 1, pageToken }))).toEqual(bad);
  expect((await groups(pageToken)).groups).toHaveLength(1);
});

const paged = methodPaths('user', 'business', 'operator').filter((path) =>
  schemaOf(path).input.fields.some(({ name }) => name === 'page_token'),
);

it('knows the lists', () => {
  expect(paged.length).toBeGreaterThan(15);
});

it.each(paged)('%s refuses what is no token of its own', async (path) => {
  for (const door of doors[audienceOf(path)]) {
    for (const page_token of ['nonsense', 'WyJhIl0', 'x'.repeat(10_000)]) {
      await expect(callWith(door, path, { page_token }), door.name).rejects.toMatchObject(bad);
    }
  }
});
