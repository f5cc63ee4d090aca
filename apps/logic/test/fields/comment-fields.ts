import {
  also,
  bad,
  id,
  ID_OF_NOBODY,
  missing,
  not,
  optionalId,
  whole,
  type MethodRow,
} from './field-rules.js';
import { ANOTHER_POST, OWN_POST, STRANGE_POST } from './moment-fields.js';

const OWN_COMMENT = 'a-comment-of-alices';
const FRIENDS_COMMENT = 'a-comment-of-eves';
const STRANGE_COMMENT = 'a-comment-of-bobs';
const GONE_COMMENT = 'a-comment-that-is-gone';
const COMMENT_ELSEWHERE = 'a-comment-of-another-post';

const post_id = also(id, missing('nosuch'), missing(STRANGE_POST));
const change = { client_request_id: id, post_id };
const page = { page_token: not('x', 'W10', ID_OF_NOBODY), limit: whole(0, 100) };
const nowhere = [missing('nosuch'), missing(GONE_COMMENT), missing(COMMENT_ELSEWHERE)];

export const comments: Record<string, MethodRow> = {
  LikePost: { request: { client_request_id: 'co1', post_id: OWN_POST }, fields: change },
  UnlikePost: { request: { client_request_id: 'co2', post_id: OWN_POST }, fields: change },
  SharePost: { request: { client_request_id: 'co3', post_id: OWN_POST }, fields: change },
  CreateComment: {
    request: {
      client_request_id: 'co4',
      post_id: OWN_POST,
      text: 'hm',
      reply_to_comment_id: FRIENDS_COMMENT,
    },
    fields: {
      ...change,
      text: also(not(''), bad('x'.repeat(101), { code: 'LIMIT_EXCEEDED' })),
      reply_to_comment_id: also(optionalId, ...nowhere, missing(STRANGE_COMMENT)),
    },
  },
  DeleteComment: {
    request: { client_request_id: 'co5', post_id: OWN_POST, comment_id: OWN_COMMENT },
    fields: { ...change, comment_id: also(id, ...nowhere) },
  },
  ListLikes: { request: { post_id: OWN_POST }, fields: { post_id, ...page } },
  ListComments: { request: { post_id: OWN_POST }, fields: { post_id, ...page } },
};

/** Comments under names that the table can have. */
export const COMMENT_ROWS = `INSERT INTO comments
  (app_id, post_id, comment_id, author_id, text, created_ms, state) VALUES ${[
    [OWN_POST, OWN_COMMENT, 'alice', 0],
    [OWN_POST, FRIENDS_COMMENT, 'eve', 0],
    [OWN_POST, STRANGE_COMMENT, 'bob', 0],
    [OWN_POST, GONE_COMMENT, 'eve', 1],
    [ANOTHER_POST, COMMENT_ELSEWHERE, 'eve', 0],
  ]
    .map(
      ([post, comment, by, state]) =>
        `('demo', '${post}', '${comment}', '${by}', 'x', 1, ${state})`,
    )
    .join(', ')}`;
