import { appMessages } from './app-message-fields.js';
import { content, contentForMany } from './content-fields.js';
import {
  also,
  bad,
  bytes,
  characters,
  conversation,
  free,
  id,
  ID_OF_NOBODY,
  list,
  message,
  missing,
  not,
  optionalId,
  whole,
  type MethodRow,
} from './field-rules.js';
import { BROADCAST } from './broadcast-fields.js';
import { serverGroupFields } from './group-fields.js';
import { hookFields } from './hook-fields.js';
import { appMoments } from './moment-fields.js';

const sender = { kind: 'KIND_USER', id: 'alice' };
/** Whoever the sender is meant to be. */
const kind = not('KIND_UNSPECIFIED', 99);

const broadcast_id = also(id, missing('nosuch'));

const users = list(id, {
  good: 'bob',
  min: 1,
  tooMany: Array.from({ length: 501 }, (_, n) => `u${n}`),
  beyond: { code: 'LIMIT_EXCEEDED' },
});

const pair = { user_a: 'dave', user_b: 'eve' };
const pairs = {
  client_request_id: id,
  pairs: list(
    message(pair, {
      user_a: also(id, missing('nobody')),
      user_b: also(id, missing('nobody'), bad('dave')),
    }),
    { good: pair, min: 1, max: 100, beyond: { code: 'LIMIT_EXCEEDED' } },
  ),
};

const rows: Record<string, MethodRow> = {
  'MessageService/SendMessage': {
    request: {
      sender,
      conversation_id: 'g:team',
      client_msg_id: 's1',
      content: { text: { text: 'hi' } },
    },
    fields: {
      sender: also(
        message(sender, { kind, id: also(id, missing('nobody')) }),
        bad(undefined, { at: '.kind' }),
        bad({ kind: 'KIND_SYSTEM', id: 'x' }, { at: '.id' }),
        bad({ kind: 'KIND_BUSINESS', id: 'a:b' }, { at: '.id' }),
        bad({ kind: 'KIND_BUSINESS' }, { at: '.id' }),
      ),
      conversation_id: also(conversation, missing('g:nosuch'), missing('d:alice:nobody')),
      client_msg_id: id,
      content: content(),
      online_only: free,
      not_counted: free,
    },
  },
  'MessageService/SendToUsers': {
    request: {
      client_request_id: 'r1',
      sender,
      user_ids: ['bob'],
      content: { text: { text: 'hi' } },
    },
    fields: {
      client_request_id: id,
      sender: also(
        message(sender, { kind, id: also(id, missing('nobody')) }),
        bad(undefined, { at: '.kind' }),
        bad({ kind: 'KIND_SYSTEM', id: 'x' }, { at: '.id' }),
        bad({ kind: 'KIND_BUSINESS' }, { at: '.id' }),
        missing({ kind: 'KIND_SYSTEM' }, { named: 'systemAccount' }),
      ),
      user_ids: also(users, bad(['bob', 'alice'], { at: '[1]' })),
      content: contentForMany(),
      online_only: free,
      not_counted: free,
    },
  },
  'BroadcastService/StartBroadcast': {
    request: {
      client_request_id: 'bc1',
      sender: { kind: 'KIND_BUSINESS', id: 'alice' },
      content: { text: { text: 'hi' } },
    },
    fields: {
      client_request_id: id,
      sender: also(
        message(
          { kind: 'KIND_BUSINESS', id: 'alice' },
          { kind: also(kind, bad('KIND_USER')), id: also(id, missing('nobody')) },
        ),
        bad(undefined, { at: '.kind' }),
        bad({ kind: 'KIND_SYSTEM', id: 'x' }, { at: '.id' }),
        missing({ kind: 'KIND_SYSTEM' }, { named: 'systemAccount' }),
      ),
      content: also(contentForMany(), bad({ command: { name: 'ring' } }, { at: '.command' })),
      not_counted: free,
    },
  },
  'BroadcastService/GetBroadcast': {
    request: { broadcast_id: BROADCAST },
    fields: { broadcast_id },
  },
  'BroadcastService/ListBroadcasts': {
    request: {},
    fields: { page_token: not('x', ID_OF_NOBODY), limit: whole(0, 100) },
  },
  'BroadcastService/CancelBroadcast': {
    request: { client_request_id: 'bc2', broadcast_id: BROADCAST },
    fields: { client_request_id: id, broadcast_id },
  },
  'GroupService/CreateGroup': {
    request: { owner_id: 'alice', client_request_id: 'r2', name: 'New', group_id: 'new-too' },
    fields: {
      owner_id: also(id, missing('nobody')),
      client_request_id: id,
      name: characters(1, 100),
      member_ids: also(
        list(id, { good: 'bob' }),
        missing(['bob', 'nobody'], { at: '[1]' }),
        bad(['bob', 'carol', 'dave', 'eve'], {
          code: 'LIMIT_EXCEEDED',
          named: 'maxGroupCreateMembers',
        }),
      ),
      group_id: also(optionalId, bad('team', { code: 'ALREADY_EXISTS' })),
      avatar_url: characters(0, 2_000),
      introduction: characters(0, 500),
      extra: bytes(0, 4_096),
      join_mode: not(99),
      visibility: not(99),
      history: not(99),
      invite_right: not(99),
    },
  },
  'GroupService/AddMembers': {
    request: { client_request_id: 'r3', group_id: 'team', user_ids: ['dave'] },
    fields: {
      client_request_id: id,
      group_id: also(id, missing('nosuch')),
      user_ids: also(users, missing(['dave', 'nobody'], { at: '[1]' })),
    },
  },
  'GroupService/RemoveMembers': {
    request: { client_request_id: 'r4', group_id: 'team', user_ids: ['dave'] },
    fields: {
      client_request_id: id,
      group_id: also(id, missing('nosuch')),
      user_ids: also(users, bad(['dave', 'alice'], { code: 'PERMISSION_DENIED' })),
    },
  },
  'FriendService/AddFriends': {
    request: { client_request_id: 'r5', pairs: [{ user_a: 'dave', user_b: 'eve' }] },
    fields: pairs,
  },
  'FriendService/RemoveFriends': {
    request: { client_request_id: 'r6', pairs: [{ user_a: 'dave', user_b: 'eve' }] },
    fields: pairs,
  },
  'FriendService/SetDirectChat': {
    request: { client_request_id: 'r7', user_a: 'dave', user_b: 'frank', allowed: true },
    fields: {
      client_request_id: id,
      user_a: also(id, missing('nobody')),
      user_b: also(id, missing('nobody'), bad('dave')),
      allowed: free,
    },
  },
  'FriendService/ListFriends': {
    request: { user_id: 'alice' },
    fields: {
      user_id: also(id, missing('nobody')),
      page_token: not('x'),
      limit: whole(0, 500),
    },
  },
  'PresenceService/GetPresence': {
    request: { user_ids: ['bob'] },
    fields: {
      user_ids: list(id, { good: 'bob', min: 1, max: 100, beyond: { code: 'LIMIT_EXCEEDED' } }),
    },
  },
  'UserService/UpsertUsers': {
    request: { client_request_id: 'r-up', users: [{ user_id: 'frank', nickname: 'Frank' }] },
    fields: {
      users: list(
        message(
          { user_id: 'gina' },
          {
            user_id: id,
            nickname: characters(0, 200),
            avatar_url: characters(0, 2_000),
            gender: not(99),
            signature: characters(0, 200),
            extra: bytes(0, 4_096),
            handle: also(not('ab', 'a b'), bad('bob@x', { code: 'ALREADY_EXISTS' })),
          },
        ),
        { good: { user_id: 'frank' }, max: 500, beyond: { code: 'LIMIT_EXCEEDED' } },
      ),
      client_request_id: id,
    },
  },
  'TokenService/IssueToken': {
    request: { user_id: 'bob' },
    fields: {
      user_id: also(id, missing('nobody')),
      valid_ms: not(-1, 1, 59_999, 2_592_000_001),
      device_id: optionalId,
      create_user: free,
    },
  },
  'TokenService/RevokeToken': {
    request: { client_request_id: 'r8', user_id: 'frank', token_id: 't1' },
    fields: {
      client_request_id: id,
      // Beside a user it is refused for the user.
      token: { bad: [bad('x.y.z', { named: 'user_id' })] },
      user_id: also(id, missing('nobody')),
      token_id: id,
    },
  },
  'UserService/SignOutUser': {
    request: { user_id: 'dave', client_request_id: 'r-out' },
    fields: {
      user_id: also(id, missing('nobody')),
      device_id: also(optionalId, missing('nosuch')),
      client_request_id: id,
    },
  },
  'UserService/GetUsers': {
    request: { user_ids: ['bob'] },
    fields: { user_ids: list(id, { good: 'bob', max: 200, beyond: { code: 'LIMIT_EXCEEDED' } }) },
  },
  'UserService/BanUser': {
    request: { client_request_id: 'r9', user_id: 'eve', reason: 'spam' },
    fields: {
      client_request_id: id,
      user_id: also(id, missing('nobody')),
      until_ms: not(-1, 1),
      reason: characters(0, 200),
    },
  },
  'UserService/UnbanUser': {
    request: { client_request_id: 'r10', user_id: 'eve' },
    fields: { client_request_id: id, user_id: also(id, missing('nobody')) },
  },
  'UserService/ListDevices': {
    request: { user_id: 'alice' },
    fields: { user_id: also(id, missing('nobody')) },
  },
  'UserService/EraseUser': {
    request: { client_request_id: 'r11', user_id: 'ivan' },
    fields: { client_request_id: id, user_id: also(id, missing('nobody')), keep_messages: free },
  },
  'UserService/GetErasure': {
    request: { user_id: 'ivan' },
    fields: { user_id: also(id, missing('bob')) },
  },
  'UserService/ListBans': {
    request: {},
    fields: { page_token: not('x'), limit: whole(0, 500) },
  },
};

export const serverFields = new Map<string, MethodRow>(
  [
    ...Object.entries({ ...rows, ...appMessages, ...appMoments, ...hookFields }),
    ...serverGroupFields,
  ].map(([name, row]) => [`queqiao.server.v1.${name}`, row]),
);
