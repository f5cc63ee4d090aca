import type { JsonObject } from '../rig/any-door.js';
import { newId } from '../rig/api-rig.js';
import { momentRows } from '../moments/foreign-ids.js';
import { webhookRows } from '../webhooks/foreign-ids.js';
import { appMessageRows } from '../messages/foreign-ids.js';

/** What an app has, by its kind; `new…` are those that a caller's own app is to have as well. */
export interface Ids {
  readonly user: string;
  readonly group: string;
  readonly chat: string;
  readonly device: string;
  readonly post: string;
  readonly comment: string;
  readonly broadcast: string;
  readonly webhook: string;
  readonly event: string;
  readonly newUser: string;
  readonly newGroup: string;
}

export const FOREIGN: Ids = {
  newUser: 'mallory-too',
  newGroup: 'rivals-too',
  chat: 'd:mallory:trent',
  user: 'mallory',
  group: 'rivals',
  device: 'tablet-of-a-rival',
  post: 'post-of-a-rival',
  comment: 'comment-of-a-rival',
  broadcast: 'broadcast-of-a-rival',
  webhook: 'hook-of-a-rival',
  event: 'evt_of_a_rival',
};
export const NOBODYS: Ids = {
  newUser: 'nothere-too',
  newGroup: 'nosuch-too',
  chat: 'd:nothere:nowhere',
  user: 'nothere',
  group: 'nosuch',
  device: 'tablet-of-nobody',
  post: 'post-of-nobody',
  comment: 'comment-of-nobody',
  broadcast: 'broadcast-of-nobody',
  webhook: 'hook-of-nobody',
  event: 'evt_of_nobody',
};

/** Requests of alice's, or of her back end's, with a strange id in one field. */
export type Requests = (ids: Ids) => JsonObject[];
export type Row = Readonly<Record<string, Requests>>;

/** Every kind of conversation that is not the caller's. */
function inEach(request: (conversationId: string) => JsonObject): Requests {
  return ({ user, group, chat }) =>
    [`g:${group}`, chat, `d:alice:${user}`, `s:${user}`].map((each) => request(each));
}

const text = { text: { text: 'hello' } };

/** A call on a conversation, with what else it needs. */
function on(more: JsonObject = {}): Row {
  return { conversation_id: inEach((conversation_id) => ({ conversation_id, ...more })) };
}

function change(more: JsonObject = {}): Row {
  const row = (conversation_id: string): JsonObject => ({
    conversation_id,
    client_msg_id: newId(),
    target_seq: 2,
    ...more,
  });
  return { conversation_id: inEach(row) };
}

/** Who is named inside a message is told nothing by it, and tells the sender nothing. */
function named(request: (content: JsonObject) => JsonObject): Row {
  return {
    'content.card.user_id': ({ user }) => [request({ card: { user_id: user } })],
    'content.card.group_id': ({ group }) => [request({ card: { group_id: group } })],
    'content.mentions.user_ids': ({ user }) => [
      request({ ...text, mentions: { user_ids: [user] } }),
    ],
  };
}

/** To oneself, where there is something to edit after the first one. */
const note = (content: JsonObject): JsonObject => ({
  conversation_id: 'd:alice:alice',
  client_msg_id: newId(),
  content,
});

const MESSAGES: Record<string, Row> = {
  Send: {
    ...named(note),
    conversation_id: inEach((conversation_id) => ({
      conversation_id,
      client_msg_id: newId(),
      content: text,
    })),
  },
  Recall: change(),
  Edit: {
    ...named((content) => ({ ...note(content), target_seq: 1 })),
    ...change({ content: text }),
  },
  DeleteForAll: {
    conversation_id: inEach((conversation_id) => ({
      conversation_id,
      client_msg_id: newId(),
      target_seqs: [1, 2],
    })),
  },
  React: change({ emoji: '👍' }),
  Pin: change(),
  DeleteForMe: on({ seqs: [1] }),
  Signal: on({ name: 'typing' }),
};

const CONVERSATIONS: Record<string, Row> = {
  SyncConversations: {},
  PullEntries: on(),
  CatchUp: {
    'ranges.conversation_id': inEach((conversation_id) => ({ ranges: [{ conversation_id }] })),
  },
  MarkRead: on({ seq: 1 }),
  UpdateSettings: on({ pinned: true, draft: 'x' }),
  ClearHistory: on(),
  ListReaders: on({ seq: 2 }),
};

function creating(more: JsonObject): Row {
  const request = (rest: JsonObject): JsonObject => ({
    client_request_id: newId(),
    name: 'Team',
    ...more,
    ...rest,
  });
  return {
    member_ids: ({ user }) => [request({ member_ids: [user] })],
    // Free to be taken here, as nobody here has it.
    group_id: ({ newGroup }) => [request({ group_id: newGroup })],
  };
}

export type Asked = (more: JsonObject) => JsonObject;
const asked: Asked = (more) => ({ client_request_id: newId(), ...more });

/** A call on a group, with what else it needs. */
function inGroup(more: JsonObject = {}): Row {
  return { group_id: ({ group }) => [asked({ group_id: group, ...more })] };
}

/** The same with users, strange ones in a group of alice's. */
function withMembers(): Row {
  return {
    ...inGroup({ user_ids: ['alice'] }),
    user_ids: ({ user }) => [asked({ group_id: 'own', user_ids: [user] })],
  };
}

/** A call on another user, with what else it needs. */
function toUser(more: JsonObject = {}): Row {
  return { user_id: ({ user }) => [asked({ user_id: user, ...more })] };
}

/** Each of the two may be the strange one. */
function withPair(): Row {
  const both = (user: string): JsonObject[] => [
    asked({ pairs: [{ user_a: user, user_b: 'alice' }] }),
    asked({ pairs: [{ user_a: 'alice', user_b: user }] }),
  ];
  return { 'pairs.user_a': ({ user }) => both(user) };
}

const PEOPLE: Record<string, Row> = {
  'client.v1.FriendService/SendFriendRequest': toUser({ text: 'hi' }),
  'client.v1.FriendService/AcceptFriendRequest': toUser(),
  'client.v1.FriendService/RejectFriendRequest': toUser(),
  'client.v1.FriendService/CancelFriendRequest': toUser(),
  'client.v1.FriendService/ListFriendRequests': {},
  'client.v1.FriendService/MarkFriendRequestsRead': {},
  'client.v1.FriendService/ListFriends': {},
  'client.v1.FriendService/SearchFriends': { query: ({ user }) => [{ query: user }] },
  'client.v1.FriendService/UpdateFriend': toUser({ remark: 'x' }),
  'client.v1.FriendService/DeleteFriend': toUser(),
  'client.v1.FriendService/BlockUser': toUser(),
  'client.v1.FriendService/UnblockUser': toUser(),
  'client.v1.FriendService/ListBlocks': {},
  'client.v1.UserService/GetMe': {},
  'client.v1.UserService/UpdateMe': {},
  'client.v1.UserService/UpdateMySettings': {},
  'client.v1.UserService/SearchUsers': { query: ({ user }) => [{ query: user }] },
  'server.v1.FriendService/AddFriends': withPair(),
  'server.v1.FriendService/RemoveFriends': withPair(),
  'server.v1.FriendService/SetDirectChat': {
    user_a: ({ user }) => [asked({ user_a: user, user_b: 'alice', allowed: true })],
    user_b: ({ user }) => [asked({ user_a: 'alice', user_b: user, allowed: true })],
  },
  'server.v1.FriendService/ListFriends': { user_id: ({ user }) => [{ user_id: user }] },
};

/** The same with one user. */
function withMember(more: JsonObject = {}): Row {
  return {
    ...inGroup({ user_id: 'alice', ...more }),
    user_id: ({ user }) => [asked({ group_id: 'own', user_id: user, ...more })],
  };
}

const seeing: Row = { group_id: ({ group }) => [{ group_id: group }] };
const muting = { until_ms: '0' };
const role = { role: 'GROUP_ROLE_ADMIN' };

/** A call on a group and its members, with what else it needs. */
function governing(more: JsonObject): Row {
  return {
    ...inGroup({ user_ids: ['alice'], ...more }),
    user_ids: ({ user }) => [asked({ group_id: 'own', user_ids: [user], ...more })],
  };
}

const GROUPS: Record<string, Row> = {
  'client.v1.GroupService/GetGroups': { group_ids: ({ group }) => [{ group_ids: [group] }] },
  'client.v1.GroupService/ListMyGroups': {},
  'client.v1.GroupService/ListMembers': seeing,
  'client.v1.GroupService/GetMembers': {
    group_id: ({ group }) => [{ group_id: group, user_ids: ['alice'] }],
    user_ids: ({ user }) => [{ group_id: 'own', user_ids: [user] }],
  },
  'client.v1.GroupService/JoinGroup': inGroup(),
  'client.v1.GroupService/SetRole': governing(role),
  'client.v1.GroupService/TransferOwnership': withMember(),
  'client.v1.GroupService/RenameMember': withMember({ name: 'x' }),
  'client.v1.GroupService/MuteMembers': governing(muting),
  'client.v1.GroupService/ListApplications': seeing,
  'client.v1.GroupService/ListMyApplications': {},
  'client.v1.GroupService/HandleApplication': withMember({ accept: true }),
  'client.v1.GroupService/CancelApplication': inGroup(),
  'client.v1.GroupService/MarkApplicationsRead': {},
  'client.v1.GroupService/ListInvitations': {},
  'client.v1.GroupService/AnswerInvitation': inGroup({ accept: true }),
  'client.v1.GroupService/MarkInvitationsRead': {},
  'client.v1.GroupService/CreateJoinLink': inGroup(),
  'client.v1.GroupService/RevokeJoinLink': inGroup({ token: 'x' }),
  'client.v1.GroupService/ListJoinLinks': seeing,
  // Tokens and rooms of another app: see the tests of links and of face rooms.
  'client.v1.GroupService/GetJoinLink': {},
  'client.v1.GroupService/JoinByLink': {},
  'client.v1.GroupService/EnterFaceRoom': {},
  'client.v1.GroupService/JoinFaceRoom': { room_id: () => [asked({ room_id: '1234-0' })] },
  'server.v1.GroupService/GetGroup': seeing,
  'server.v1.GroupService/UpdateGroup': inGroup({ name: 'x' }),
  'server.v1.GroupService/DissolveGroup': inGroup(),
  'server.v1.GroupService/ListMembers': seeing,
  'server.v1.GroupService/SetRole': governing(role),
  'server.v1.GroupService/TransferOwnership': withMember(),
  'server.v1.GroupService/MuteMembers': governing(muting),
};

const toMany = {
  sender: { kind: 'KIND_USER', id: 'alice' },
  user_ids: ['bob'],
  content: text,
};

const OTHERS: Record<string, Row> = {
  ...PEOPLE,
  'client.v1.DeviceService/ListDevices': {},
  'client.v1.DeviceService/SignOutDevice': { device_id: ({ device }) => [{ device_id: device }] },
  'client.v1.GroupService/CreateGroup': creating({}),
  'client.v1.GroupService/UpdateGroup': inGroup({ name: 'x' }),
  'client.v1.GroupService/DissolveGroup': inGroup(),
  'client.v1.GroupService/LeaveGroup': inGroup(),
  'client.v1.GroupService/AddMembers': withMembers(),
  'client.v1.GroupService/RemoveMembers': withMembers(),
  ...GROUPS,
  'server.v1.GroupService/AddMembers': withMembers(),
  'server.v1.GroupService/RemoveMembers': withMembers(),
  'client.v1.PresenceService/GetPresence': { user_ids: ({ user }) => [{ user_ids: [user] }] },
  'client.v1.PresenceService/SubscribePresence': { user_ids: ({ user }) => [{ user_ids: [user] }] },
  'client.v1.PresenceService/UnsubscribePresence': {
    user_ids: ({ user }) => [{ user_ids: [user] }],
  },
  'server.v1.PresenceService/GetPresence': { user_ids: ({ user }) => [{ user_ids: [user] }] },
  'client.v1.UserService/GetUsers': { user_ids: ({ user }) => [{ user_ids: [user] }] },
  'server.v1.GroupService/CreateGroup': {
    ...creating({ owner_id: 'alice' }),
    owner_id: ({ user }) => [{ owner_id: user, client_request_id: newId(), name: 'Team' }],
  },
  'server.v1.MessageService/SendMessage': {
    ...named((content) => ({ ...note(content), sender: { kind: 'KIND_USER', id: 'alice' } })),
    'sender.id': ({ user }) => [
      { ...note(text), sender: { kind: 'KIND_USER', id: user } },
      {
        ...note(text),
        conversation_id: `d:alice:${user}`,
        sender: { kind: 'KIND_USER', id: user },
      },
    ],
    conversation_id: (ids) =>
      (['KIND_USER', 'KIND_SYSTEM', 'KIND_BUSINESS'] as const).flatMap((kind) => {
        const id = { KIND_USER: 'alice', KIND_SYSTEM: '', KIND_BUSINESS: 'shop' }[kind];
        const from = { ...note(text), sender: { kind, id } };
        return inEach((conversation_id) => ({ ...from, conversation_id }))(ids);
      }),
  },
  'server.v1.MessageService/SendToUsers': {
    ...named((content) => asked({ ...toMany, content })),
    'sender.id': ({ user }) =>
      ['KIND_USER', 'KIND_BUSINESS'].map((kind) =>
        asked({ ...toMany, sender: { kind, id: user } }),
      ),
    user_ids: ({ user }) => [asked({ ...toMany, user_ids: [user, 'bob'] })],
  },
  'server.v1.UserService/UpsertUsers': {
    'users.user_id': ({ newUser }) => [{ users: [{ user_id: newUser }] }],
  },
  'server.v1.UserService/SignOutUser': {
    user_id: ({ user }) => [
      { user_id: user, device_id: '' },
      { user_id: user, device_id: 'phone' },
    ],
    device_id: ({ device }) => [{ user_id: 'alice', device_id: device }],
  },
  'server.v1.UserService/GetUsers': { user_ids: ({ user }) => [{ user_ids: [user] }] },
  'server.v1.UserService/BanUser': { user_id: ({ user }) => [asked({ user_id: user })] },
  'server.v1.UserService/UnbanUser': { user_id: ({ user }) => [asked({ user_id: user })] },
  'server.v1.UserService/ListBans': {},
  'server.v1.UserService/ListDevices': { user_id: ({ user }) => [{ user_id: user }] },
  'server.v1.UserService/EraseUser': { user_id: ({ user }) => [asked({ user_id: user })] },
  'server.v1.UserService/GetErasure': { user_id: ({ user }) => [{ user_id: user }] },
  'server.v1.TokenService/IssueToken': {
    user_id: ({ user, newUser }) => [
      { user_id: user, create_user: false },
      { user_id: newUser, create_user: true },
    ],
    device_id: ({ device }) => [{ user_id: 'alice', device_id: device }],
  },
  'server.v1.TokenService/RevokeToken': {
    user_id: ({ user }) => [asked({ user_id: user, token_id: 't1' })],
    token_id: ({ user }) => [asked({ user_id: 'alice', token_id: user })],
  },
};

const { user_ids: _ids, ...toEverybody } = toMany;
const BROADCASTS: Record<string, Row> = {
  StartBroadcast: {
    ...named((content) =>
      asked({ ...toEverybody, sender: { kind: 'KIND_BUSINESS', id: 'alice' }, content }),
    ),
    'sender.id': ({ user }) => [
      asked({ ...toEverybody, sender: { kind: 'KIND_BUSINESS', id: user } }),
    ],
  },
  GetBroadcast: { broadcast_id: ({ broadcast }) => [{ broadcast_id: broadcast }] },
  ListBroadcasts: {},
  CancelBroadcast: { broadcast_id: ({ broadcast }) => [asked({ broadcast_id: broadcast })] },
};

const under = (prefix: string, rows: Record<string, Row>): [string, Row][] =>
  Object.entries(rows).map(([name, row]) => [`queqiao.${prefix}${name}`, row]);

/** By method, and by the field that holds the strange id; requests that store something get new ids every time. */
export function foreignIds(): ReadonlyMap<string, Row> {
  return new Map([
    ...under('client.v1.MessageService/', MESSAGES),
    ...under('client.v1.ConversationService/', CONVERSATIONS),
    ...under('', momentRows(asked)),
    ...under('server.v1.BroadcastService/', BROADCASTS),
    ...under('', webhookRows(asked)),
    ...under('', appMessageRows({ on, inEach, named })),
    ...under('', OTHERS),
  ]);
}
