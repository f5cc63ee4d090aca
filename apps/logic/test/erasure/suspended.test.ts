import {
  GroupServiceDefinition as Groups,
  MomentServiceDefinition as Moments,
  PostContent,
} from '@queqiao/protocol/client';
import {
  FriendServiceDefinition as ServerFriends,
  UserServiceDefinition as ServerUsers,
} from '@queqiao/protocol/server';
import { parseAppId, parseUserId } from '@queqiao/domain';
import { eventually, queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../rig/api-rig.js';
import { LateRig } from './late-rig.js';

let late: LateRig;
const id = () => ({ clientRequestId: newId() });

beforeAll(async () => {
  late = await LateRig.start();
});
afterAll(() => late.stop());

it('an erasure goes on while its app is suspended', async () => {
  const { rig } = late;
  const app = await rig.createApp('still');
  // All by the second node, so that the first, which erases, knows the app as suspended only.
  const backEnd = rig.backEndCalls(app, 1);
  await backEnd(ServerUsers, 'upsertUsers', { users: [{ userId: 'ann' }, { userId: 'bob' }] });
  const [ann, bob] = [await rig.calls(app, 'ann', 1), await rig.calls(app, 'bob', 1)];
  const pairs = [{ userA: 'ann', userB: 'bob' }];
  await backEnd(ServerFriends, 'addFriends', { ...id(), pairs });
  await ann(Groups, 'createGroup', { ...id(), groupId: 'of-ann', name: 'T', memberIds: ['bob'] });
  await bob(Groups, 'createGroup', { ...id(), groupId: 'of-bob', name: 'T', memberIds: ['ann'] });
  const content = PostContent.fromPartial({ text: 'hello' });
  await ann(Moments, 'createPost', { ...id(), content });
  expect(await late.left('ann')).toEqual({ posts: 1, places: 2, friends: 2 });
  await rig.changeApps((apps) => apps.setStatus(parseAppId('still'), 'suspended'));
  await rig.withStores(({ erasures }) =>
    erasures.begin(parseAppId('still'), { userId: parseUserId('ann'), keepMessages: false }, {}),
  );
  await eventually('the user is gone', async () => {
    const rows = await queryRows(late.url, "SELECT phase FROM erasures WHERE user_id = 'ann'");
    return rows[0]?.['phase'] === 'sweep';
  });
  expect(await late.left('ann')).toEqual({});
  expect(await queryRows(late.url, "SELECT user_id FROM users WHERE user_id = 'ann'")).toEqual([]);
});
