import { canSeePost, type Audience, type PostId, type UserId } from '@queqiao/domain';
import type { NoticeKind } from '../notice-types.js';
import {
  RELATION_COLUMNS,
  RELATION_JOINS,
  toPostRelation,
  toPostState,
  type PostRelationRow,
} from './post-rows.js';
import { writerIsSeen, writerJoins, type Writer } from './reaction-rows.js';

/**
 * Whether a notice is told: when it is read, and before it is written at all. Notices go by the name n, also such as are no rows yet.
 * Of each there are at most twelve rows by primary key: the post, its author, what the user is to the author and to the actor, and
 * the like or comment itself.
 */
export const NOTICE_COLUMNS =
  'n.user_id, n.kind, n.post_id, n.actor_id, n.comment_id, p.author_id, p.created_ms AS posted_ms, p.state, ' +
  // For whom it is, as far as it is about this user: the others may be two hundred.
  "JSON_UNQUOTE(JSON_EXTRACT(p.audience, '$.kind')) AS audience_kind, " +
  "JSON_EXTRACT(p.audience, '$.tags') AS audience_tags, " +
  "JSON_CONTAINS(p.audience, JSON_QUOTE(n.user_id), '$.userIds') AS audience_names, " +
  `${RELATION_COLUMNS}, `;

const ACTOR: Writer = { row: 'n', column: 'actor_id', isAuthor: 'n.actor_id = p.author_id' };

export const NOTICE_JOINS =
  'JOIN posts p FORCE INDEX (PRIMARY) ON p.app_id = n.app_id AND p.post_id = n.post_id ' +
  ofUser(RELATION_JOINS) +
  ofUser(writerJoins(ACTOR)) +
  'LEFT JOIN likes l FORCE INDEX (PRIMARY) ' +
  "ON l.app_id = n.app_id AND l.post_id = n.post_id AND l.user_id = n.actor_id AND n.kind = 'like' " +
  'LEFT JOIN comments c FORCE INDEX (PRIMARY) ' +
  'ON c.app_id = n.app_id AND c.post_id = n.post_id AND c.comment_id = n.comment_id ';

/** True: what was done is still so, and the user sees who did it. */
export const NOTICE_STANDS =
  '(CASE n.kind ' +
  "WHEN 'mention' THEN JSON_CONTAINS(p.mentions, JSON_QUOTE(n.user_id)) " +
  "WHEN 'like' THEN l.user_id IS NOT NULL ELSE COALESCE(c.state = 0, 0) END " +
  `AND ${ofUser(writerIsSeen(ACTOR))}) AS stands`;

export interface NoticeRow extends PostRelationRow {
  user_id: UserId;
  kind: NoticeKind;
  post_id: PostId;
  actor_id: UserId;
  comment_id: string;
  author_id: UserId;
  posted_ms: number;
  state: number;
  audience_kind: Audience['kind'];
  audience_tags: string[];
  audience_names: number;
  stands: number;
}

/** The user is the notice's, not a question mark. */
export function ofUser(sql: string): string {
  return sql.replaceAll('?', 'n.user_id');
}

export function isTold(row: NoticeRow): boolean {
  if (row.stands !== 1) return false;
  const { user_id: userId, audience_kind: kind, audience_tags: tags } = row;
  const post = {
    authorId: row.author_id,
    audience: { kind, tags, userIds: row.audience_names === 1 ? [userId] : [] },
    createdMs: row.posted_ms,
    state: toPostState(row.state),
  };
  return canSeePost(userId, post, toPostRelation(row));
}
