import {
  also,
  bad,
  characters,
  free,
  id,
  ID_OF_NOBODY,
  list,
  message,
  missing,
  not,
  optionalId,
  whole,
} from './field-rules.js';
import type { FieldRule, MethodRow } from './field-rules.js';
import { BODIES, optionalUrl, url } from './content-fields.js';

/** Of alice's, and of a stranger's. */
export const OWN_POST = 'a-post-of-alices';
export const ANOTHER_POST = 'another-post-of-alices';
export const STRANGE_POST = 'a-post-of-bobs';
const SOME_COMMENT = 'a-comment-of-eves';

const URL = 'https://media.example/a';
const post_id = also(id, missing('nosuch'));
const ownPost = also(post_id, missing(STRANGE_POST));
const page = { page_token: not('x', 'W10', ID_OF_NOBODY), limit: whole(0, 50) };

function media(name: 'image' | 'video' | 'location'): ReturnType<typeof message> {
  const [good, fields] = BODIES[name] ?? [{}, {}];
  return message(good, fields);
}

const images = list(media('image'), { good: { url: URL }, max: 9 });
const fields = {
  text: also(not(), bad('x'.repeat(101), { code: 'LIMIT_EXCEEDED' })),
  images,
  video: media('video'),
  location: media('location'),
  link: message(
    { url: URL, title: 'A page' },
    { url, title: characters(1, 100), description: characters(0, 255), cover_url: optionalUrl },
  ),
  mentioned_user_ids: list(id, { good: 'bob', max: 50 }),
};

/** Each flaw beside a text, so that it is the only one. */
const content: FieldRule = {
  bad: [
    bad(undefined),
    bad({}),
    bad({ location: { latitude: 1, longitude: 1 } }),
    bad({ images: [{ url: URL }], video: { url: URL, duration_ms: 9 } }, { at: '.video' }),
    ...Object.entries(fields).flatMap(([name, rule]) =>
      rule.bad.map((each) => ({
        ...each,
        at: `.${name}${each.at}`,
        value: { text: 'hello', [name]: each.value ?? null },
      })),
    ),
  ],
  fields,
};

const only = { kind: 'KIND_ONLY', user_ids: ['bob'] };
const audience = also(
  message(only, {
    kind: not(99),
    user_ids: list(id, { good: 'bob', max: 200 }),
    tags: also(
      list(characters(1, 32), {
        good: 'a',
        tooMany: Array.from({ length: 21 }, (_, n) => `t${n}`),
      }),
      bad(['a', 'b', 'a'], { at: '[2]' }),
    ),
  }),
  bad({ kind: 'KIND_ONLY' }),
  bad({ kind: 'KIND_EXCEPT' }),
  bad({ kind: 'KIND_PRIVATE', user_ids: ['bob'] }),
  bad({ tags: ['a'] }),
);

export const moments: Record<string, MethodRow> = {
  CreatePost: {
    request: { client_request_id: 'mo1', content: { text: 'hello' }, audience: only },
    fields: { client_request_id: id, content, audience },
  },
  EditPost: {
    request: { client_request_id: 'mo2', post_id: OWN_POST, content: { text: 'hm' } },
    fields: { client_request_id: id, post_id: ownPost, content },
  },
  SetAudience: {
    request: { client_request_id: 'mo3', post_id: OWN_POST, audience: only },
    fields: { client_request_id: id, post_id: ownPost, audience: also(audience, bad(undefined)) },
  },
  DeletePost: {
    request: { client_request_id: 'mo4', post_id: ANOTHER_POST },
    fields: { client_request_id: id, post_id: ownPost },
  },
  GetPost: {
    request: { post_id: OWN_POST },
    fields: { post_id: also(post_id, missing(STRANGE_POST)) },
  },
  ListTimeline: { request: {}, fields: page },
  ListNewPosts: {
    request: { newer_token: 'WzAsMCwiIl0' },
    fields: { newer_token: not('', 'x', 'W10'), limit: page.limit },
  },
  ListPosts: { request: { user_id: 'alice' }, fields: { user_id: id, ...page } },
};

const someUser = also(optionalId, missing('nobody'));

/** The same posts, as their app sees them. */
export const appMoments: Record<string, MethodRow> = {
  'MomentService/ListPosts': {
    request: { user_id: 'alice' },
    fields: { user_id: someUser, include_gone: free, ...page },
  },
  'MomentService/GetPost': { request: { post_id: STRANGE_POST }, fields: { post_id } },
  'MomentService/RemovePost': {
    request: { client_request_id: 'am1', post_id: STRANGE_POST },
    fields: { client_request_id: id, post_id },
  },
  'MomentService/RestorePost': {
    request: { client_request_id: 'am2', post_id: STRANGE_POST },
    fields: { client_request_id: id, post_id },
  },
  'MomentService/ListComments': {
    request: { post_id: STRANGE_POST },
    fields: { ...page, post_id, include_gone: free, limit: whole(0, 100) },
  },
  'MomentService/RemoveComment': {
    request: { client_request_id: 'am3', post_id: OWN_POST, comment_id: SOME_COMMENT },
    fields: { client_request_id: id, post_id, comment_id: also(id, missing('nosuch')) },
  },
  'MomentService/ExportPosts': {
    request: { user_id: 'alice' },
    fields: { user_id: someUser, page_token: not('x', 'W10'), limit: whole(0, 500) },
  },
};

const AUDIENCE = '{"kind":"friends","userIds":[],"tags":[]}';

/** Posts under names that the table can have. */
export const POST_ROWS = `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms) VALUES
  ${[
    [OWN_POST, 'alice'],
    [ANOTHER_POST, 'alice'],
    [STRANGE_POST, 'bob'],
  ]
    .map(([post, author]) => `('demo', '${post}', '${author}', '', '${AUDIENCE}', 1)`)
    .join(', ')}`;
