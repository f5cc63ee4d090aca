import { REACTIONS_MAX_LOOK } from '../reaction-types.js';
import { writerIsSeen, writerJoins } from './reaction-rows.js';

/** What tells reactions of one kind in the order of their index, and which are there. */
const KINDS = {
  likes: { id: 'user_id', writer: 'user_id', present: '' },
  comments: { id: 'comment_id', writer: 'author_id', present: 'AND t.state = 0 ' },
} as const;
type Kind = keyof typeof KINDS;

const LOOKED = { row: 'r', column: 'writer_id', isAuthor: 'r.is_author = 1' };
/** An answered comment goes by the name a, and the post of both by the name p. */
const ANSWERED = { row: 'a', column: 'author_id', isAuthor: 'a.author_id = p.author_id' };

/** Of one post, from a place on. */
function range(kind: Kind): string {
  const { id, present } = KINDS[kind];
  return (
    `FROM ${kind} t FORCE INDEX (${kind}_by_time) WHERE t.app_id = ? AND t.post_id = ? ${present}` +
    `AND t.created_ms >= ? AND (t.created_ms > ? OR t.${id} >= ?) ORDER BY t.created_ms, t.${id}`
  );
}

/** Of each post the first ones that the viewer sees, numbered, of REACTIONS_MAX_LOOK; f with all that are seen of these. */
function shown(kind: Kind, posts: number): string {
  const { id, writer } = KINDS[kind];
  const looked =
    `(SELECT t.app_id, t.post_id, t.${id} AS id, t.${writer} AS writer_id, t.created_ms, ` +
    `t.${writer} = ? AS is_author ${range(kind)} LIMIT ${REACTIONS_MAX_LOOK})`;
  const all = Array.from({ length: posts }, () => looked).join(' UNION ALL ');
  return (
    '(SELECT STRAIGHT_JOIN r.app_id, r.post_id, r.id, r.writer_id, r.created_ms, ' +
    // Signed, or MySQL makes decimals of it and the places of marks.
    'CAST(ROW_NUMBER() OVER (PARTITION BY r.post_id ORDER BY r.created_ms, r.id) AS SIGNED) AS place, ' +
    'COUNT(*) OVER (PARTITION BY r.post_id) AS found ' +
    `FROM (${all}) r ${writerJoins(LOOKED)}WHERE ${writerIsSeen(LOOKED)}) f `
  );
}

/** Of each post the first one that is not looked at, at place 0. */
function beyond(kind: Kind, posts: number, more: string): string {
  const { id, writer } = KINDS[kind];
  const next =
    `UNION ALL (SELECT t.post_id, t.${id}, t.${writer}, t.created_ms, 0, 0${more} ` +
    `${range(kind)} LIMIT 1 OFFSET ${REACTIONS_MAX_LOOK}) `;
  return next.repeat(posts);
}

/** Own likes at place -1. */
export function likesSql(posts: number): string {
  const ids = Array.from({ length: posts }, () => '?').join(', ');
  return (
    'SELECT f.post_id, f.id, f.writer_id, f.created_ms, f.place, f.found ' +
    `FROM ${shown('likes', posts)}WHERE f.place <= ? ${beyond('likes', posts, '')}` +
    'UNION ALL (SELECT t.post_id, t.user_id, t.user_id, t.created_ms, -1, 0 ' +
    `FROM likes t FORCE INDEX (PRIMARY) WHERE t.app_id = ? AND t.post_id IN (${ids}) AND t.user_id = ?) ` +
    'ORDER BY place'
  );
}

/** With what they say, and the comments that they answer. */
export function commentsSql(posts: number): string {
  return (
    'SELECT STRAIGHT_JOIN f.post_id, f.id, f.writer_id, f.created_ms, f.place, f.found, ' +
    `c.text, a.comment_id AS answered_id, a.author_id AS answered_by, ${writerIsSeen(ANSWERED)} AS is_seen ` +
    `FROM ${shown('comments', posts)}` +
    'JOIN posts p FORCE INDEX (PRIMARY) ON p.app_id = f.app_id AND p.post_id = f.post_id ' +
    'JOIN comments c FORCE INDEX (PRIMARY) ' +
    'ON c.app_id = f.app_id AND c.post_id = f.post_id AND c.comment_id = f.id ' +
    'LEFT JOIN comments a FORCE INDEX (PRIMARY) ' +
    'ON a.app_id = c.app_id AND a.post_id = c.post_id AND a.comment_id = c.reply_to AND a.state = 0 ' +
    `${writerJoins(ANSWERED)}WHERE f.place <= ? ` +
    `${beyond('comments', posts, ', NULL, NULL, NULL, NULL')}ORDER BY place`
  );
}
