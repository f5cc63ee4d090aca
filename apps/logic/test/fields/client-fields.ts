import { comments } from './comment-fields.js';
import { content } from './content-fields.js';
import {
  also,
  bad,
  bytes,
  characters,
  conversation,
  data,
  free,
  id,
  list,
  message,
  missing,
  not,
  optionalId,
  ownConversation,
  seq,
  whole,
  type MethodRow,
} from './field-rules.js';
import { moments } from './moment-fields.js';
import { momentNotices } from './notice-fields.js';
import { people } from './people-fields.js';

/** Of a group of alice's and bob's with her text at 2, and of nobody else's. */
const conversation_id = 'g:team';
/** Of a message that can be changed. */
const target_seq = also(seq, missing(1), missing(99));
const change = { conversation_id: ownConversation, client_msg_id: id, target_seq };
const asked = (more: object = {}) => ({ conversation_id, client_msg_id: 'm1', ...more });

const ahead = bad(99);

const messages: Record<string, MethodRow> = {
  Send: {
    request: asked({ content: { text: { text: 'hi' } } }),
    fields: {
      conversation_id: also(ownConversation, missing('d:alice:nobody'), missing('s:bob'), {
        ...missing('s:alice'),
        code: 'PERMISSION_DENIED',
      }),
      client_msg_id: id,
      content: content(),
      online_only: free,
      not_counted: free,
    },
  },
  Recall: { request: asked({ client_msg_id: 'm0', target_seq: 3 }), fields: change },
  Edit: {
    request: asked({ client_msg_id: 'm2', target_seq: 2, content: { text: { text: 'hm' } } }),
    fields: { ...change, content: content(bad({ face: { pack: 'a', name: 'b' } })) },
  },
  DeleteForAll: {
    request: asked({ client_msg_id: 'm3', target_seqs: [4] }),
    fields: {
      conversation_id: ownConversation,
      client_msg_id: id,
      target_seqs: also(
        list(seq, { good: 2, min: 1, tooMany: Array.from({ length: 101 }, (_, n) => n + 1) }),
        missing([2, 99]),
        missing([1]),
      ),
    },
  },
  React: {
    request: asked({ client_msg_id: 'm4', target_seq: 2, emoji: '👍' }),
    fields: { ...change, emoji: bytes(1, 32), remove: free },
  },
  Pin: {
    request: asked({ client_msg_id: 'm5', target_seq: 2 }),
    fields: { ...change, remove: free },
  },
  DeleteForMe: {
    request: { conversation_id, seqs: [2] },
    fields: {
      conversation_id: ownConversation,
      seqs: also(list(seq, { good: 2, min: 1, max: 500 }), bad([2, 99], { at: '[1]' })),
    },
  },
  Signal: {
    request: { conversation_id, name: 'typing' },
    fields: {
      conversation_id: also(ownConversation, missing('d:alice:nobody')),
      name: bytes(1, 64),
      data: data(1_024),
    },
  },
};

const conversations: Record<string, MethodRow> = {
  SyncConversations: {
    request: {},
    fields: {
      cursor: not('AQIDBA==', 'AAAA', 'AQEB', 'AQD/////////////fw=='),
      limit: whole(0, 200),
    },
  },
  PullEntries: {
    request: { conversation_id, from_seq: 3 },
    fields: {
      conversation_id: ownConversation,
      from_seq: whole(0, Number.MAX_SAFE_INTEGER),
      to_seq: also(whole(0, Number.MAX_SAFE_INTEGER), bad(2)),
      limit: whole(0, 500),
      backwards: free,
    },
  },
  CatchUp: {
    request: { ranges: [{ conversation_id }] },
    fields: {
      ranges: also(
        list(
          message(
            { conversation_id: 'g:other' },
            { conversation_id: conversation, from_seq: whole(0, Number.MAX_SAFE_INTEGER) },
          ),
          {
            good: { conversation_id },
            min: 1,
            tooMany: Array.from({ length: 101 }, (_, n) => ({ conversation_id: `g:${n}` })),
          },
        ),
        bad([{ conversation_id }, { conversation_id }], { at: '[1].conversation_id' }),
      ),
    },
  },
  MarkRead: {
    request: { conversation_id, seq: 2 },
    fields: { conversation_id: ownConversation, seq: also(seq, ahead) },
  },
  UpdateSettings: {
    request: { conversation_id, pinned: true, draft: 'x', remark: 'y', client_request_id: 'r-set' },
    fields: {
      conversation_id: ownConversation,
      pinned: free,
      muted: free,
      hidden: free,
      draft: bytes(0, 8_192),
      remark: characters(0, 100),
      marked_unread: free,
      through_seq: also(whole(0, Number.MAX_SAFE_INTEGER), ahead),
      client_request_id: optionalId,
    },
  },
  ClearHistory: {
    request: { conversation_id },
    fields: {
      conversation_id: ownConversation,
      through_seq: also(whole(0, Number.MAX_SAFE_INTEGER), ahead),
    },
  },
  ListReaders: {
    request: { conversation_id, seq: 2 },
    fields: {
      conversation_id: ownConversation,
      seq: also(seq, missing(99), { ...missing(1), code: 'PERMISSION_DENIED' }),
      unread: free,
      page_token: optionalId,
      limit: whole(0, 200),
    },
  },
};

const groupChange = { client_request_id: id, group_id: also(id, missing('nosuch')) };
const groupTexts = {
  avatar_url: characters(0, 2_000),
  introduction: characters(0, 500),
  extra: bytes(0, 4_096),
};
const groupRules = {
  join_mode: not(99),
  visibility: not(99),
  history: not(99),
  invite_right: not(99),
};
const users = list(id, {
  good: 'bob',
  min: 1,
  tooMany: Array.from({ length: 501 }, (_, n) => `u${n}`),
  beyond: { code: 'LIMIT_EXCEEDED' },
});

const watched = list(id, { good: 'bob', min: 1, max: 100, beyond: { code: 'LIMIT_EXCEEDED' } });

const others: Record<string, MethodRow> = {
  'DeviceService/ListDevices': { request: {}, fields: {} },
  'DeviceService/SignOutDevice': {
    request: { device_id: 'tablet', client_request_id: 'r-out' },
    fields: { device_id: also(id, missing('nosuch')), client_request_id: id },
  },
  'GroupService/CreateGroup': {
    request: { client_request_id: 'r1', name: 'New', member_ids: ['bob'], group_id: 'new' },
    fields: {
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
      ...groupTexts,
      ...groupRules,
    },
  },
  'GroupService/UpdateGroup': {
    request: { client_request_id: 'u1', group_id: 'team', name: 'Crew' },
    fields: {
      ...groupChange,
      name: characters(1, 100),
      announcement: characters(0, 2_000),
      ...groupTexts,
      ...groupRules,
      all_muted: free,
    },
  },
  'GroupService/AddMembers': {
    request: { client_request_id: 'u2', group_id: 'team', user_ids: ['carol'] },
    fields: {
      ...groupChange,
      user_ids: also(users, missing(['carol', 'nobody'], { at: '[1]' })),
      text: characters(0, 200),
    },
  },
  'GroupService/RemoveMembers': {
    request: { client_request_id: 'u3', group_id: 'team', user_ids: ['carol'] },
    fields: {
      ...groupChange,
      user_ids: also(users, bad(['carol', 'alice'], { code: 'PERMISSION_DENIED' })),
    },
  },
  'GroupService/LeaveGroup': {
    request: { client_request_id: 'u4', group_id: 'of-bob' },
    fields: groupChange,
  },
  'GroupService/DissolveGroup': {
    request: { client_request_id: 'u5', group_id: 'ending' },
    fields: groupChange,
  },
  'PresenceService/GetPresence': { request: { user_ids: ['bob'] }, fields: { user_ids: watched } },
  'PresenceService/SubscribePresence': {
    request: { user_ids: ['bob'] },
    fields: { user_ids: watched },
  },
  'PresenceService/UnsubscribePresence': {
    request: { user_ids: ['bob'] },
    fields: {
      user_ids: list(id, { good: 'bob', max: 200, beyond: { code: 'LIMIT_EXCEEDED' } }),
    },
  },
  'UserService/GetUsers': {
    request: { user_ids: ['bob'] },
    fields: {
      user_ids: list(id, { good: 'bob', max: 100, beyond: { code: 'LIMIT_EXCEEDED' } }),
    },
  },
};

const of = (service: string, rows: Record<string, MethodRow>): [string, MethodRow][] =>
  Object.entries(rows).map(([name, row]) => [`queqiao.client.v1.${service}${name}`, row]);

export const clientFields = new Map<string, MethodRow>([
  ...of('MessageService/', messages),
  ...of('ConversationService/', conversations),
  ...of('', others),
  ...of('', people),
  ...of('MomentService/', moments),
  ...of('CommentService/', comments),
  ...of('MomentNoticeService/', momentNotices),
]);
