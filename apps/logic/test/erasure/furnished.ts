import {
  Audience_Kind,
  CommentServiceDefinition as Comments,
  ConversationServiceDefinition as Conversations,
  FriendServiceDefinition as Friends,
  FriendSource_Way,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  InviteRule,
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
  MomentServiceDefinition as ServerMoments,
  UserServiceDefinition as ServerUsers,
} from '@queqiao/protocol/server';
import { queryRows } from '@queqiao/testkit';
import { contentOf, newId, type UserCall } from '../rig/api-rig.js';
import type { LateRig } from './late-rig.js';

/** The user, and a word in all that the user says or is called by oneself; both stand nowhere else. */
export const USER = 'quokka';
export const WORD = 'zanzibar';

const id = () => ({ clientRequestId: newId() });
const source = { way: FriendSource_Way.ID, detail: WORD };
const saying = (text: string) => ({ content: PostContent.fromPartial({ text }) });

type Calls = Record<'own' | 'bob' | 'carol' | 'dave', UserCall>;

/** Gives the user a row in every table that may have one. */
export async function furnish(rig: LateRig): Promise<void> {
  const profile = { nickname: WORD, avatarUrl: `https://${WORD}.example/a.png`, extra: WORD };
  const others = ['bob', 'carol', 'dave'].map((userId) => ({ userId }));
  const user = { userId: USER, ...profile, signature: WORD, handle: `${WORD}.h` };
  await rig.backEnd(ServerUsers, 'upsertUsers', { users: [user, ...others] });
  const by = (userId: string) => rig.rig.calls(rig.app, userId);
  const [own, bob, carol, dave] = await Promise.all([USER, 'bob', 'carol', 'dave'].map(by));
  const calls = { own, bob, carol, dave } as Calls;
  await befriend(rig, calls);
  await talk(calls);
  await gather(calls);
  await bring(rig, calls);
  await show(rig, calls);
  for (const sql of ROWS) await queryRows(rig.url, sql);
  await calls.own(Friends, 'blockUser', { ...id(), userId: 'dave' });
  await calls.carol(Friends, 'blockUser', { ...id(), userId: USER });
  await rig.backEnd(ServerUsers, 'banUser', { ...id(), userId: USER, reason: WORD });
}

async function befriend(rig: LateRig, { own, bob, dave }: Calls): Promise<void> {
  const labels = { text: WORD, remark: WORD, tags: [WORD], source };
  await own(Friends, 'sendFriendRequest', { ...id(), userId: 'bob', ...labels });
  await bob(Friends, 'acceptFriendRequest', { ...id(), userId: USER });
  await own(Friends, 'sendFriendRequest', { ...id(), userId: 'carol', ...labels });
  await dave(Friends, 'sendFriendRequest', { ...id(), userId: USER });
  await own(Friends, 'rejectFriendRequest', { ...id(), userId: 'dave', answer: WORD });
  const pairs = [{ userA: 'bob', userB: 'carol' }];
  await rig.backEnd(ServerFriends, 'addFriends', { ...id(), pairs });
}

async function talk({ own, bob }: Calls): Promise<void> {
  const conversationId = `d:bob:${USER}`;
  const content = contentOf(WORD);
  const theirs = { conversationId, clientMsgId: 'b', content: contentOf('hello') };
  const { seq: ofBob } = await bob(Messages, 'send', theirs);
  const { seq } = await own(Messages, 'send', { conversationId, clientMsgId: 'm', content });
  await own(Messages, 'edit', { conversationId, clientMsgId: 'e', targetSeq: seq, content });
  await own(Messages, 'react', { conversationId, clientMsgId: 'r', targetSeq: seq, emoji: '👍' });
  await own(Messages, 'pin', { conversationId, clientMsgId: 'p', targetSeq: ofBob });
  await own(Conversations, 'updateSettings', { conversationId, draft: WORD, remark: WORD });
}

async function gather({ own, bob, carol, dave }: Calls): Promise<void> {
  const [joinMode, visibility] = [JoinMode.APPROVAL, GroupVisibility.PUBLIC];
  const group = { name: 'Team', joinMode, visibility };
  const theirs = { ...group, ...id(), groupId: 'theirs', memberIds: ['carol', USER] };
  await bob(Groups, 'createGroup', theirs);
  await own(Groups, 'renameMember', { ...id(), groupId: 'theirs', userId: USER, name: WORD });
  await own(Groups, 'addMembers', { ...id(), groupId: 'theirs', userIds: ['dave'], text: WORD });
  await own(Groups, 'createJoinLink', { ...id(), groupId: 'theirs' }).catch(() => undefined);
  await bob(Groups, 'createGroup', { ...group, ...id(), groupId: 'closed', memberIds: ['carol'] });
  await own(Groups, 'joinGroup', { ...id(), groupId: 'closed', text: WORD });
  await own(Users, 'updateMySettings', { ...id(), invite: InviteRule.ASK });
  await bob(Groups, 'createGroup', { ...group, ...id(), groupId: 'asking', memberIds: ['dave'] });
  await bob(Groups, 'addMembers', { ...id(), groupId: 'asking', userIds: [USER] });
  await own(Groups, 'createGroup', { ...id(), groupId: 'alone', name: 'Team' });
  const name = WORD;
  const mine = { ...group, ...id(), name, groupId: `of-${USER}`, memberIds: ['bob'] };
  await own(Groups, 'createGroup', mine);
  await own(Groups, 'createJoinLink', { ...id(), groupId: `of-${USER}` });
  await dave(Groups, 'joinGroup', { ...id(), groupId: `of-${USER}` });
  const handled = { ...id(), groupId: `of-${USER}`, userId: 'dave', accept: false, answer: WORD };
  await own(Groups, 'handleApplication', handled);
  await carol(Users, 'updateMySettings', { ...id(), invite: InviteRule.ASK });
  const invited = { ...id(), groupId: `of-${USER}`, userIds: ['carol'], text: WORD };
  await own(Groups, 'addMembers', invited);
  const conversationId = `g:of-${USER}`;
  await own(Messages, 'send', { conversationId, clientMsgId: 'g', content: contentOf(WORD) });
}

/** Into a group that the user was never in. */
async function bring(rig: LateRig, { bob }: Calls): Promise<void> {
  const groupId = `without-${USER}`;
  await bob(Groups, 'createGroup', { ...id(), groupId, name: 'Team', memberIds: ['carol'] });
  const sender = { kind: Sender_Kind.USER, id: USER };
  const message = { clientMsgId: 'i', sender, createdMs: 1_000, content: contentOf(WORD) };
  const request = {
    ...id(),
    conversationId: `g:${groupId}`,
    messages: [ImportedMessage.create(message)],
  };
  await rig.backEnd(Imports, 'importMessages', request);
}

async function show(rig: LateRig, { own, bob }: Calls): Promise<void> {
  const audience = { kind: Audience_Kind.ONLY, userIds: [], tags: [WORD] };
  const posts = [];
  for (const text of [WORD, WORD]) {
    posts.push(await own(Moments, 'createPost', { ...id(), ...saying(text), audience }));
  }
  const [kept, removed] = posts;
  const postId = kept?.postId ?? '';
  await bob(Comments, 'likePost', { ...id(), postId });
  await bob(Comments, 'createComment', { ...id(), postId: removed?.postId ?? '', text: 'of bob' });
  await rig.backEnd(ServerMoments, 'removePost', { ...id(), postId: removed?.postId ?? '' });
  const theirs = {
    content: PostContent.fromPartial({ text: 'of bob', mentionedUserIds: [USER] }),
    audience: { kind: Audience_Kind.ONLY, userIds: [USER], tags: [] },
  };
  const { postId: bobs } = await bob(Moments, 'createPost', { ...id(), ...theirs });
  await own(Comments, 'likePost', { ...id(), postId: bobs });
  await own(Comments, 'createComment', { ...id(), postId: bobs, text: WORD });
}

/** What comes by other doors, or after many of something. */
const ROWS = [
  `INSERT INTO devices (app_id, user_id, device_id, platform, brand, model, os_version, app_version, generation, created_ms, last_seen_ms)
   VALUES ('demo', '${USER}', '${WORD}', 'web', '${WORD}', '${WORD}', '${WORD}', '${WORD}', 1, 1, 1)`,
  `INSERT INTO member_stints VALUES ('demo', '${USER}', 'g:${WORD}', 1, 2)`,
  `INSERT INTO hidden_entries VALUES ('demo', '${USER}', 'g:${WORD}', 1)`,
  `INSERT INTO large_members VALUES ('demo', '${USER}', 'g:${WORD}', 1)`,
  `INSERT INTO moment_notice_marks VALUES ('demo', '${USER}', 1)`,
  `INSERT IGNORE INTO moment_notices (app_id, user_id, seq, kind, post_id, actor_id, comment_id, created_ms)
   VALUES ('demo', '${USER}', 9999, 'like', 'p', 'bob', '', 1), ('demo', 'bob', 9999, 'like', 'p', '${USER}', '', 1)`,
  `INSERT INTO timeline_sources (app_id, user_id, author_id, arrived_ms)
   VALUES ('demo', '${USER}', 'bob', 1), ('demo', 'bob', '${USER}', 1)`,
];
