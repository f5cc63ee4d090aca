import {
  also,
  bad,
  bytes,
  characters,
  free,
  id,
  ID_OF_NOBODY,
  list,
  message,
  missing,
  not,
  whole,
  type MethodRow,
} from './field-rules.js';

const friendChange = { client_request_id: id, user_id: also(id, missing('nobody')) };
const another = { ...friendChange, user_id: also(friendChange.user_id, bad('alice')) };
const tags = also(
  list(characters(1, 32), { good: 'a', tooMany: Array.from({ length: 21 }, (_, n) => `t${n}`) }),
  bad(['a', 'b', 'a'], { at: '[2]' }),
);
const labels = { remark: characters(0, 100), tags };
const page = (max: number) => ({ page_token: not('x', 'W10', ID_OF_NOBODY), limit: whole(0, max) });
const profile = {
  nickname: characters(0, 200),
  avatar_url: characters(0, 2_000),
  gender: not(99),
  signature: characters(0, 200),
  extra: bytes(0, 4_096),
};

/** bob and carol have asked alice, she has asked dave; eve and frank are her friends. */
export const people: Record<string, MethodRow> = {
  'FriendService/SendFriendRequest': {
    request: { client_request_id: 'f1', user_id: 'dave', text: 'hi' },
    fields: {
      ...another,
      user_id: also(another.user_id, bad('eve', { code: 'ALREADY_EXISTS' })),
      text: characters(0, 200),
      source: message({ way: 'WAY_QR' }, { way: not(99), detail: bytes(0, 64) }),
      ...labels,
    },
  },
  'FriendService/AcceptFriendRequest': {
    request: { client_request_id: 'f2', user_id: 'bob' },
    fields: { ...another, user_id: also(another.user_id, missing('dave')), ...labels },
  },
  'FriendService/RejectFriendRequest': {
    request: { client_request_id: 'f3', user_id: 'carol' },
    fields: {
      ...another,
      user_id: also(another.user_id, missing('dave')),
      answer: characters(0, 200),
    },
  },
  'FriendService/CancelFriendRequest': {
    request: { client_request_id: 'f4', user_id: 'dave' },
    fields: { ...another, user_id: also(another.user_id, missing('bob')) },
  },
  'FriendService/ListFriendRequests': {
    request: { direction: 'DIRECTION_INCOMING' },
    fields: { direction: also(not(99), bad(undefined)), ...page(100) },
  },
  'FriendService/MarkFriendRequestsRead': {
    request: { client_request_id: 'f5' },
    fields: { client_request_id: id },
  },
  'FriendService/ListFriends': {
    request: {},
    fields: { ...page(500), since_feed_seq: whole(0, Number.MAX_SAFE_INTEGER) },
  },
  'FriendService/SearchFriends': {
    request: { query: 'e' },
    fields: { query: characters(1, 100), limit: whole(0, 100) },
  },
  'FriendService/UpdateFriend': {
    request: { client_request_id: 'f6', user_id: 'eve', remark: 'E' },
    fields: {
      ...another,
      user_id: also(another.user_id, missing('bob')),
      remark: labels.remark,
      tags: message({ tags: ['a'] }, { tags }),
      hide_my_posts: free,
      hide_their_posts: free,
    },
  },
  'FriendService/DeleteFriend': {
    request: { client_request_id: 'f7', user_id: 'frank' },
    fields: another,
  },
  'FriendService/BlockUser': {
    request: { client_request_id: 'f8', user_id: 'frank' },
    fields: another,
  },
  'FriendService/UnblockUser': {
    request: { client_request_id: 'f9', user_id: 'frank' },
    fields: another,
  },
  'FriendService/ListBlocks': { request: {}, fields: page(500) },
  'UserService/GetMe': { request: {}, fields: {} },
  'UserService/UpdateMe': {
    request: { client_request_id: 'p1', nickname: 'Alice' },
    fields: {
      client_request_id: id,
      ...profile,
      handle: also(not('ab', 'a b', 'x'.repeat(65)), bad('bob@x', { code: 'ALREADY_EXISTS' })),
    },
  },
  'UserService/UpdateMySettings': {
    request: { client_request_id: 'p2', invite: 'INVITE_RULE_ASK' },
    fields: {
      client_request_id: id,
      add_friend: not(99),
      invite: not(99),
      presence: not(99),
      hide_from_id_search: free,
      hide_from_nickname_search: free,
      hide_from_handle_search: free,
      posts_range: not(99),
    },
  },
  'UserService/SearchUsers': {
    request: { query: 'bob' },
    fields: { query: characters(1, 100), ...page(50) },
  },
};
