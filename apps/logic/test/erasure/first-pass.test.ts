import {
  FriendServiceDefinition as Friends,
  GroupRole,
  GroupServiceDefinition as Groups,
  MessageServiceDefinition as Messages,
  MomentServiceDefinition as Moments,
  PostContent,
} from '@queqiao/protocol/client';
import { queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentOf, newId, type UserCall } from '../rig/api-rig.js';
import { columnsWith, kindsWith } from '../users/stored-words.js';
import { ErasingRig } from './erasing-rig.js';

let rig: ErasingRig;
const id = () => ({ clientRequestId: newId() });

beforeAll(async () => {
  rig = await ErasingRig.start();
});
afterAll(() => rig.stop());

const say = (call: UserCall, conversationId: string, text: string, clientMsgId = newId()) =>
  call(Messages, 'send', { conversationId, clientMsgId, content: contentOf(text) });

it('what was said in a group that has ended goes, with what it was edited to, and the group is left', async () => {
  const [ann, bob] = await rig.people('ann', 'bob');
  for (const [owner, groupId, other] of [
    [ann, 'of-ann', 'bob'],
    [bob, 'of-bob', 'ann'],
  ] as const) {
    await owner(Groups, 'createGroup', { ...id(), groupId, name: 'T', memberIds: [other] });
    const conversationId = `g:${groupId}`;
    const { seq: targetSeq } = await say(ann, conversationId, 'numbat said');
    const edit = { conversationId, clientMsgId: newId(), targetSeq };
    await ann(Messages, 'edit', { ...edit, content: contentOf('numbat edited') });
    await say(bob, conversationId, 'of bob');
    await owner(Groups, 'dissolveGroup', { ...id(), groupId });
  }
  await rig.erase('ann');
  expect(await columnsWith(rig.url, 'numbat')).toEqual([]);
  expect(await kindsWith(rig.url, 'of bob')).toEqual(['text']);
  const left = await queryRows(
    rig.url,
    "SELECT conversation_id, role FROM members WHERE user_id = 'ann' AND conversation_id LIKE 'g:%' AND left_seq IS NULL",
  );
  expect(left).toEqual([]);
});

it('notes to oneself go with what they were edited to', async () => {
  const [cy] = await rig.people('cy');
  const conversationId = 'd:cy:cy';
  const { seq: targetSeq } = await say(cy, conversationId, 'bilby said');
  const edit = { conversationId, clientMsgId: newId(), targetSeq };
  await cy(Messages, 'edit', { ...edit, content: contentOf('bilby edited') });
  await rig.erase('cy', true);
  expect(await columnsWith(rig.url, 'bilby')).toEqual([]);
});

it.each([
  [true, ['becameFriends', 'text']],
  [false, []],
])(
  'with which words two became friends is part of their messages: kept is %s',
  async (keep, kinds) => {
    const [own, peer] = [`eve-${keep}`, `finn-${keep}`];
    const word = `potoroo-${keep}`;
    const [eve, finn] = await rig.people(own, peer);
    await eve(Friends, 'sendFriendRequest', { ...id(), userId: peer, text: word });
    await finn(Friends, 'acceptFriendRequest', { ...id(), userId: own });
    await say(eve, `d:${own}:${peer}`, word);
    await rig.erase(own, keep);
    expect(await kindsWith(rig.url, word)).toEqual(kinds);
  },
);

it('reactions in groups go, and those of others stay', async () => {
  const [gus, hal] = await rig.people('gus', 'hal');
  await hal(Groups, 'createGroup', { ...id(), groupId: 'r', name: 'T', memberIds: ['gus'] });
  const { seq: targetSeq } = await say(hal, 'g:r', 'look');
  for (const call of [gus, hal]) {
    const where = { conversationId: 'g:r', clientMsgId: newId(), targetSeq };
    await call(Messages, 'react', { ...where, emoji: '👍' });
  }
  await rig.erase('gus');
  const rows = await queryRows(
    rig.url,
    "SELECT user_id FROM reactions WHERE conversation_id = 'g:r'",
  );
  expect(rows).toEqual([{ user_id: 'hal' }]);
});

it('posts go, however many there are', async () => {
  const [ivy] = await rig.people('ivy');
  const content = PostContent.fromPartial({ text: 'wombat' });
  for (let n = 0; n < 41; n += 1) await ivy(Moments, 'createPost', { ...id(), content });
  await rig.erase('ivy');
  const left = await queryRows(
    rig.url,
    "SELECT COUNT(*) AS n FROM posts WHERE author_id = 'ivy' AND content <> ''",
  );
  expect(left[0]?.['n']).toBe(0);
});

it('a group goes to an admin, and ends when nobody else is in it', async () => {
  const [jo, kim] = await rig.people('jo', 'kim', 'lee', 'max');
  const memberIds = ['kim', 'lee', 'max'];
  await jo(Groups, 'createGroup', { ...id(), groupId: 'team', name: 'T', memberIds });
  await jo(Groups, 'createGroup', { ...id(), groupId: 'own', name: 'T' });
  await jo(Groups, 'setRole', {
    ...id(),
    groupId: 'team',
    userIds: ['max'],
    role: GroupRole.ADMIN,
  });
  await rig.erase('jo');
  const { groups } = await kim(Groups, 'getGroups', { groupIds: ['team'] });
  expect(groups.map(({ ownerId, memberCount }) => [ownerId, memberCount])).toEqual([['max', 3]]);
  const ended = await queryRows(
    rig.url,
    "SELECT flags & 2 AS ended FROM conversations WHERE conversation_id = 'g:own'",
  );
  expect(ended[0]?.['ended']).toBe(2);
});
