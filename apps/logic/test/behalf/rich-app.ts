import { eventually, type TestApp } from '@queqiao/testkit';
import { callWith, grpcDoor, type AnyDoor, type JsonObject } from '../rig/any-door.js';
import type { ApiRig } from '../rig/api-rig.js';

const USERS = ['alice', 'bob', 'carol', 'dave', 'eve', 'frank', 'gina', 'hank'];

type Call = (who: string, method: string, request: JsonObject) => Promise<JsonObject>;

/** An app whose alice has at least two of everything that is listed; every text has the marker. Answers a post of hers. */
export async function furnishRich(rig: ApiRig, app: TestApp, marker: string): Promise<string> {
  const doors: AnyDoor[] = [];
  const backEnd = grpcDoor(rig, { authorization: `Bearer ${app.credential}` });
  const users = USERS.map((user_id) => ({ user_id, nickname: `${marker} ${user_id}` }));
  await callWith(backEnd, 'queqiao.server.v1.UserService/UpsertUsers', { users });
  const pairs = ['bob', 'carol'].map((user_b) => ({ user_a: 'alice', user_b }));
  const friends = { client_request_id: 'friends', pairs };
  await callWith(backEnd, 'queqiao.server.v1.FriendService/AddFriends', friends);
  const call: Call = async (who, method, request) => {
    const authorization = `Bearer ${app.credential}`;
    const door = grpcDoor(rig, { authorization, 'queqiao-user': who });
    doors.push(door);
    return (await callWith(door, `queqiao.client.v1.${method}`, request)) as JsonObject;
  };
  let asked = 0;
  const ask = (who: string, method: string, request: JsonObject) =>
    call(who, method, { client_request_id: `asked-${(asked += 1)}`, ...request });
  await people(ask, marker);
  await groups(ask, call, marker);
  const post = await moments(ask, call, marker);
  await administration(backEnd, marker);
  for (const door of [...doors, backEnd]) door.close();
  return post;
}

async function people(ask: Call, text: string): Promise<void> {
  for (const who of ['dave', 'eve']) {
    await ask(who, 'FriendService/SendFriendRequest', { user_id: 'alice', text });
  }
  for (const user_id of ['frank', 'gina'])
    await ask('alice', 'FriendService/BlockUser', { user_id });
}

async function groups(ask: Call, call: Call, text: string): Promise<void> {
  const make = (who: string, group_id: string, more: JsonObject) =>
    ask(who, 'GroupService/CreateGroup', { group_id, name: text, ...more });
  const open = { visibility: 'GROUP_VISIBILITY_PUBLIC', join_mode: 'JOIN_MODE_APPROVAL' };
  for (const group of ['team', 'team-too']) {
    await make('alice', group, { ...open, member_ids: ['bob', 'carol'] });
  }
  const about = { conversation_id: 'g:team', client_msg_id: 'said', content: { text: { text } } };
  await call('alice', 'MessageService/Send', about);
  for (const who of ['bob', 'carol']) {
    await call(who, 'ConversationService/MarkRead', { conversation_id: 'g:team', seq: 2 });
  }
  for (const who of ['dave', 'eve']) {
    await ask(who, 'GroupService/JoinGroup', { group_id: 'team', text });
  }
  for (const group_id of ['of-hank', 'of-hank-too']) {
    await make('hank', group_id, open);
    await ask('alice', 'GroupService/JoinGroup', { group_id, text });
  }
  await ask('alice', 'UserService/UpdateMySettings', { invite: 'INVITE_RULE_ASK' });
  for (const group of ['calling', 'calling-too']) {
    await make('hank', group, { member_ids: ['alice'] });
  }
}

async function moments(ask: Call, call: Call, text: string): Promise<string> {
  const post = async () => {
    const { postId } = await ask('alice', 'MomentService/CreatePost', { content: { text } });
    if (typeof postId !== 'string') throw new Error('no post');
    return postId;
  };
  const post_id = await post();
  await post();
  for (const who of ['bob', 'carol']) {
    await ask(who, 'CommentService/LikePost', { post_id });
    await ask(who, 'CommentService/CreateComment', { post_id, text });
  }
  await eventually('notices and timelines', async () => {
    const { unreadCount } = await call('alice', 'MomentNoticeService/CountMomentNotices', {});
    const { posts } = await call('alice', 'MomentService/ListTimeline', {});
    return unreadCount === 4 && (posts as JsonObject[]).length === 2;
  });
  return post_id;
}

async function administration(backEnd: AnyDoor, text: string): Promise<void> {
  const server = 'queqiao.server.v1';
  for (const user_id of ['frank', 'gina']) {
    const ban = { client_request_id: `ban-${user_id}`, user_id, until_ms: '0', reason: text };
    await callWith(backEnd, `${server}.UserService/BanUser`, ban);
  }
  for (const client_request_id of ['news', 'news-too']) {
    const about = { client_request_id, sender: { kind: 'KIND_BUSINESS', id: 'alice' } };
    const request = { ...about, content: { text: { text } } };
    await callWith(backEnd, `${server}.BroadcastService/StartBroadcast`, request);
  }
}
