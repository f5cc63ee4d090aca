import {
  CommentServiceDefinition as Comments,
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
  MessageServiceDefinition as Messages,
  MomentServiceDefinition as Moments,
  PostContent,
  Sender_Kind,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import {
  FriendServiceDefinition as ServerFriends,
  ImportedMessage,
  ImportServiceDefinition as Imports,
  UserServiceDefinition as ServerUsers,
} from '@queqiao/protocol/server';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { columnsWith } from '../users/stored-words.js';
import { LateRig, type Left } from './late-rig.js';

let late: LateRig;
/** Calls of the second node, by whom. */
const by = (userId: string) => late.rig.calls(late.app, userId, 1);
const id = () => ({ clientRequestId: newId() });

beforeAll(async () => {
  late = await LateRig.start();
  await late.backEnd(ServerUsers, 'upsertUsers', { users: [{ userId: 'peer' }] });
  const peer = await by('peer');
  const open = {
    groupId: 'open',
    name: 'Open',
    joinMode: JoinMode.FREE,
    visibility: GroupVisibility.PUBLIC,
  };
  await peer(Groups, 'createGroup', { ...id(), ...open });
});
afterAll(() => late.stop());

interface LateWrite {
  /** The log whose head the call locks first. */
  readonly locks: (userId: string) => string;
  readonly call: (own: UserCall, userId: string, words: string) => Promise<unknown>;
  /** What it leaves behind the erasure. */
  readonly leaves: Left;
}

const own = (userId: string) => `s:${userId}`;

/** Each by a user who has nothing else, so that no phase waits for the call. */
const WRITES: Record<string, LateWrite> = {
  'a post': {
    locks: own,
    call: (call, _, text) =>
      call(Moments, 'createPost', { ...id(), content: PostContent.fromPartial({ text }) }),
    leaves: { posts: 1 },
  },
  'a message that is imported': {
    locks: () => 'g:open',
    call: (_, userId, words) => {
      const sender = { kind: Sender_Kind.USER, id: userId };
      const message = { clientMsgId: newId(), sender, createdMs: 1_000, content: contentOf(words) };
      const request = {
        ...id(),
        conversationId: 'g:open',
        messages: [ImportedMessage.create(message)],
      };
      return late.rig.backEndCalls(late.app, 1)(Imports, 'importMessages', request);
    },
    leaves: { said: 1 },
  },
  'a group': {
    locks: (userId) => `g:of-${userId}`,
    call: (call, userId) =>
      call(Groups, 'createGroup', {
        ...id(),
        groupId: `of-${userId}`,
        name: 'Team',
        memberIds: ['peer'],
      }),
    leaves: { places: 1 },
  },
  'a place in a group': {
    locks: () => 'g:open',
    call: (call) => call(Groups, 'joinGroup', { ...id(), groupId: 'open' }),
    leaves: { places: 1 },
  },
  'a place in a group that somebody else gives': {
    locks: () => 'g:open',
    call: async (_, userId) =>
      (await by('peer'))(Groups, 'addMembers', { ...id(), groupId: 'open', userIds: [userId] }),
    leaves: { places: 1 },
  },
  'a friend request': {
    locks: own,
    call: (call, _, text) => call(Friends, 'sendFriendRequest', { ...id(), userId: 'peer', text }),
    leaves: { asked: 2 },
  },
  'a friend request of somebody else': {
    locks: own,
    call: async (_, userId) =>
      (await by('peer'))(Friends, 'sendFriendRequest', { ...id(), userId }),
    leaves: { asked: 2 },
  },
  'a friendship that the app makes': {
    locks: own,
    call: (_, userId) => {
      const pairs = [{ userA: userId, userB: 'peer' }];
      return late.rig.backEndCalls(late.app, 1)(ServerFriends, 'addFriends', { ...id(), pairs });
    },
    leaves: { friends: 2 },
  },
  'a block': {
    locks: own,
    call: (call) => call(Friends, 'blockUser', { ...id(), userId: 'peer' }),
    leaves: { blocks: 1 },
  },
};

const users: string[] = [];
async function newUser(): Promise<string> {
  const userId = `z${users.length}`;
  users.push(userId);
  await late.backEnd(ServerUsers, 'upsertUsers', { users: [{ userId }] });
  // Feeds are made with the first entry.
  await (
    await by(userId)
  )(Users, 'updateMe', { ...id(), signature: 'here' });
  return userId;
}

describe('a call that was let in before its user was erased', () => {
  it.each(Object.entries(WRITES))('leaves nothing behind the sweep: %s', async (_, write) => {
    const userId = await newUser();
    const words = `kiwi-${userId}`;
    const call = await by(userId);
    const { late: answer } = await late.held.untilHeld(write.locks(userId), () =>
      write.call(call, userId, words),
    );
    late.gates.user.close();
    await late.erase(userId);
    await eventually('all phases were gone through', () => late.gates.user.reached);
    expect(await late.left(userId)).toEqual({});
    late.held.letGo();
    await answer;
    expect(await late.left(userId)).toEqual(write.leaves);
    late.gates.user.open();
    await late.untilGone(userId);
    await late.sweep(userId);
    expect(await late.left(userId)).toEqual({});
    expect(await columnsWith(late.url, words)).toEqual([]);
  });
});

describe('a group that the user is still in', () => {
  const inGroup = {
    'a message': {
      call: (call: UserCall, groupId: string, words: string) =>
        call(Messages, 'send', {
          conversationId: `g:${groupId}`,
          clientMsgId: 'late',
          content: contentOf(words),
        }),
      leaves: { said: 1, places: 1 },
    },
    'a reaction': {
      call: (call: UserCall, groupId: string) =>
        call(Messages, 'react', {
          conversationId: `g:${groupId}`,
          clientMsgId: 'late',
          targetSeq: 2,
          emoji: '👍',
        }),
      leaves: { reactions: 1, places: 1 },
    },
  };

  it.each(Object.entries(inGroup))('keeps nothing of a late call: %s', async (_, write) => {
    const userId = await newUser();
    const words = `kiwi-${userId}`;
    const groupId = `with-${userId}`;
    const [call, peer] = [await by(userId), await by('peer')];
    await peer(Groups, 'createGroup', { ...id(), groupId, name: 'Team', memberIds: [userId] });
    const said = { conversationId: `g:${groupId}`, clientMsgId: 'm1', content: contentOf('peer') };
    await peer(Messages, 'send', said);
    late.gates.groups.close();
    const { late: answer } = await late.held.untilHeld(`g:${groupId}`, () =>
      write.call(call, groupId, words),
    );
    await late.erase(userId);
    await eventually('the messages were gone through', () => late.gates.groups.reached);
    late.held.letGo();
    await answer;
    expect(await late.left(userId)).toEqual(write.leaves);
    late.gates.groups.open();
    await late.untilGone(userId);
    await late.sweep(userId);
    expect(await late.left(userId)).toEqual({});
    expect(await columnsWith(late.url, words)).toEqual([]);
  });

  it('refuses who has left it', async () => {
    const userId = await newUser();
    const [call, peer] = [await by(userId), await by('peer')];
    const groupId = `left-${userId}`;
    await peer(Groups, 'createGroup', { ...id(), groupId, name: 'Team', memberIds: [userId] });
    const message = {
      conversationId: `g:${groupId}`,
      clientMsgId: 'late',
      content: contentOf('late'),
    };
    const { late: answer } = await late.held.untilHeld(`g:${groupId}`, () =>
      call(Messages, 'send', message),
    );
    const refused = failureOf(answer);
    await late.erase(userId);
    await late.untilGone(userId);
    late.held.letGo();
    expect(await refused).toMatchObject({ code: 'NOT_A_MEMBER' });
  });
});

describe('a call that comes to its transaction when the user is gone', () => {
  const refused = {
    'a message in a new chat': {
      locks: (userId: string) => `d:peer:${userId}`,
      call: (call: UserCall, userId: string) =>
        call(Messages, 'send', {
          conversationId: `d:peer:${userId}`,
          clientMsgId: 'late',
          content: contentOf('late'),
        }),
      field: 'conversation_id',
    },
    'a friend request': {
      locks: own,
      call: (call: UserCall) => call(Friends, 'sendFriendRequest', { ...id(), userId: 'peer' }),
      field: 'user_id',
    },
    'a friend request of somebody else': {
      locks: own,
      call: async (_: UserCall, userId: string) =>
        (await by('peer'))(Friends, 'sendFriendRequest', { ...id(), userId }),
      field: 'user_id',
    },
  };

  it.each(Object.entries(refused))('is refused: %s', async (_, { locks, call, field }) => {
    const userId = await newUser();
    const calls = await by(userId);
    const { late: answer } = await late.held.untilHeld<unknown>(locks(userId), () =>
      call(calls, userId),
    );
    const failure = failureOf(answer);
    await late.erase(userId);
    await late.untilGone(userId);
    late.held.letGo();
    expect(await failure).toEqual({ code: 'NOT_FOUND', field });
  });
});

it('what is said to posts of friends is refused once they are none any more', async () => {
  const userId = await newUser();
  const [call, peer] = [await by(userId), await by('peer')];
  const pairs = [{ userA: userId, userB: 'peer' }];
  await late.backEnd(ServerFriends, 'addFriends', { ...id(), pairs });
  const content = PostContent.fromPartial({ text: 'of the peer' });
  const { postId } = await peer(Moments, 'createPost', { ...id(), content });
  const { late: answer } = await late.held.untilHeld(`s:${userId}`, () =>
    call(Comments, 'likePost', { ...id(), postId }),
  );
  const refused = failureOf(answer);
  await late.erase(userId);
  await late.untilGone(userId);
  late.held.letGo();
  expect(await refused).toMatchObject({ code: 'NOT_FOUND', field: 'post_id' });
});
