import type { JsonObject } from '../rig/any-door.js';
import {
  also,
  bad,
  base64,
  bytes,
  characters,
  data,
  free,
  id,
  list,
  message,
  missing,
  not,
  whole,
  type BadValue,
  type FieldRule,
  type FieldRules,
} from './field-rules.js';

/** What the app of the tests has set. */
export const LIMITS = {
  maxTextBytes: 100,
  maxCustomBytes: 100,
  maxContentBytes: 6_000,
  maxPostTextBytes: 100,
  maxCommentTextBytes: 100,
};

const URL = 'https://media.example/a';
export const url = not(
  '',
  'ftp://media.example/a',
  'media.example/a',
  'https://',
  'https://a b',
  'https://\ta',
  'https://a\n',
  'javascript:alert(1)',
  `https://${'x'.repeat(2_041)}`,
);
export const optionalUrl: FieldRule = { bad: url.bad.filter(({ value }) => value !== '') };
const size = whole(0, Number.MAX_SAFE_INTEGER);
const pixels = whole(0, 1_000_000);
const degrees = (max: number): FieldRule =>
  not(-max - 0.1, max + 0.1, 'NaN', 'Infinity', '-Infinity');
const limited = (value: string): FieldRule => also(not(), bad(value, { code: 'LIMIT_EXCEEDED' }));

/** Bodies that are fine, and the rules of their fields. */
export const BODIES: Record<string, [JsonObject, FieldRules]> = {
  text: [
    { text: 'hello' },
    { text: also(not(''), ...limited('x'.repeat(101)).bad, ...limited('鹊'.repeat(34)).bad) },
  ],
  face: [
    { pack: 'cats', name: 'wave' },
    { pack: bytes(1, 64), name: bytes(1, 64) },
  ],
  voice: [
    { url: URL, duration_ms: 900 },
    { url, duration_ms: whole(1, 3_600_000), size_bytes: size, format: bytes(0, 64) },
  ],
  image: [
    { url: URL },
    {
      url,
      thumbnail_url: optionalUrl,
      width: pixels,
      height: pixels,
      size_bytes: size,
      format: bytes(0, 64),
    },
  ],
  file: [
    { url: URL, name: 'a.pdf' },
    { url, name: characters(1, 255), size_bytes: size, media_type: bytes(0, 255) },
  ],
  location: [
    { latitude: 1, longitude: 2 },
    {
      latitude: degrees(90),
      longitude: degrees(180),
      name: characters(0, 255),
      address: characters(0, 255),
    },
  ],
  command: [{ name: 'ring' }, { name: bytes(1, 64), data: data(8_192) }],
  custom: [
    { type: 'order' },
    { type: bytes(1, 64), data: limited(base64(101)), summary: characters(0, 255) },
  ],
  video: [
    { url: URL, duration_ms: 9 },
    {
      url,
      cover_url: optionalUrl,
      duration_ms: whole(1, 86_400_000),
      width: pixels,
      height: pixels,
      size_bytes: size,
      format: bytes(0, 64),
    },
  ],
  card: [
    { user_id: 'carol' },
    { user_id: id, group_id: free, name: characters(0, 100), avatar_url: optionalUrl },
  ],
};

/** A field of the oneof, with everything that can be wrong inside its body. */
function body(name: string, more: readonly BadValue[] = []): FieldRule {
  const [good, fields] = BODIES[name] ?? [{}, {}];
  return also(message(good, fields), ...more);
}

/** Entries that only the server writes. */
const serverOnly = (value: JsonObject): FieldRule => ({
  bad: [bad(value, { at: '..' })],
  closed: true,
});

const GOOD = { text: { text: 'hello' } };
const MERGED = { sender_name: 'Ann', created_ms: 1, content: GOOD };

const forwarded = message(MERGED, {
  sender_name: characters(0, 100),
  created_ms: whole(0, Number.MAX_SAFE_INTEGER),
  content: {
    bad: [
      bad(undefined),
      bad({}),
      bad({ text: {} }, { at: '.text.text' }),
      bad({ file: { url: URL } }, { at: '.file.name' }),
      bad({ command: { name: 'x' } }, { at: '.command' }),
      bad({ merged_forward: { title: 'x', messages: [MERGED] } }, { at: '.merged_forward' }),
      bad({ recall: { target_seq: 1 } }),
      bad({ ...GOOD, reply_to: { seq: 1 } }, { at: '.reply_to' }),
      bad({ ...GOOD, mentions: { all: true } }, { at: '.mentions' }),
      bad({ ...GOOD, extra: 'x'.repeat(4_097) }, { at: '.extra' }),
    ],
  },
});

/** Fields beside the oneof: they come with a text. */
const beside: FieldRules = {
  reply_to: also(
    message({ seq: 2 }, { seq: also(whole(1, Number.MAX_SAFE_INTEGER), missing(99)) }),
    bad({}, { at: '.seq' }),
  ),
  mentions: message({}, { all: free, user_ids: list(id, { good: 'bob', max: 100 }) }),
  extra: bytes(0, 4_096),
};

const bodies: FieldRules = {
  ...Object.fromEntries(Object.keys(BODIES).map((name) => [name, body(name)])),
  card: also(
    body('card', [
      bad({ group_id: 'a:b' }, { at: '.group_id' }),
      bad({ group_id: '' }, { at: '.group_id' }),
    ]),
    bad({}),
  ),
  merged_forward: message(
    { title: 'Chat', messages: [MERGED] },
    {
      title: characters(1, 100),
      messages: list(forwarded, { good: MERGED, min: 1, max: 100 }),
    },
  ),
  recall: serverOnly({ target_seq: 2 }),
  edit: serverOnly({ target_seq: 2, content: GOOD, revision: 1 }),
  delete: serverOnly({ target_seqs: [2] }),
  reaction: serverOnly({ target_seq: 2, emoji: 'x' }),
  pin: serverOnly({ target_seq: 2 }),
  group_created: serverOnly({ name: 'x', creator_id: 'alice' }),
  members_joined: serverOnly({ user_ids: ['bob'] }),
  members_left: serverOnly({ user_ids: ['bob'] }),
  role_changed: serverOnly({ user_ids: ['bob'], role: 'GROUP_ROLE_ADMIN' }),
  owner_changed: serverOnly({ owner_id: 'bob' }),
  group_updated: serverOnly({ name: 'x' }),
  members_muted: serverOnly({ user_ids: ['bob'], until_ms: 1 }),
  member_renamed: serverOnly({ user_id: 'bob', name: 'x' }),
  group_dissolved: serverOnly({}),
  became_friends: serverOnly({ requester_id: 'bob' }),
  friend_request_changed: serverOnly({ unread_count: 1 }),
  friend_changed: serverOnly({ friend: { user_id: 'bob' } }),
  block_changed: serverOnly({ user_id: 'bob', blocked: true }),
  profile_changed: serverOnly({ handle: 'x' }),
  invitation_changed: serverOnly({ unread_count: 1 }),
  application_changed: serverOnly({ application: { user_id: 'bob' } }),
  requests_read: serverOnly({ list: 'LIST_FRIEND_REQUESTS' }),
  post_changed: serverOnly({ post_id: 'x' }),
  moment_noticed: serverOnly({ post_id: 'x' }),
  moment_notices_read: serverOnly({ through_seq: 1 }),
};

/** The content of a message to many, none of whose conversations knows what another one holds. */
export function contentForMany(): FieldRule {
  const { bad: all, ...rest } = content(
    bad({ ...GOOD, reply_to: { seq: 1 } }, { at: '.reply_to' }),
    bad({ ...GOOD, mentions: { all: true } }, { at: '.mentions' }),
  );
  return { ...rest, bad: all.filter(({ code }) => code !== 'NOT_FOUND') };
}

const TOO_LARGE = {
  title: 'x',
  messages: [{ ...MERGED, content: { ...GOOD, extra: 'x'.repeat(4_000) } }],
};

/** The content of a message; `more` is what else a method does not take. */
export function content(...more: BadValue[]): FieldRule {
  const asBody = Object.entries(bodies).flatMap(([name, rule]) =>
    rule.bad.map((each) => {
      const at = each.at === '..' ? '' : `.${name}${each.at}`;
      return { ...each, at, value: { [name]: each.value ?? null } };
    }),
  );
  const asCompanion = Object.entries(beside).flatMap(([name, rule]) =>
    rule.bad.map((each) => ({
      ...each,
      at: `.${name}${each.at}`,
      value: { ...GOOD, [name]: each.value ?? null },
    })),
  );
  const asWhole = [
    bad(undefined),
    bad({}),
    bad({ extra: 'x' }),
    bad(
      {
        merged_forward: { ...TOO_LARGE, messages: [...TOO_LARGE.messages, ...TOO_LARGE.messages] },
      },
      { code: 'LIMIT_EXCEEDED' },
    ),
  ];
  return {
    bad: [...asWhole, ...asBody, ...asCompanion, ...more],
    fields: { ...bodies, ...beside },
  };
}
