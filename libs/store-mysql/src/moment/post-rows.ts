import { POST_STATES, type PostRelation, type PostState, type UserSettings } from '@queqiao/domain';
import type { Selectable } from 'kysely';
import { StoreDefect } from '../errors.js';
import type { PostRecord, ViewedPost } from '../moment-types.js';
import type { PostsTable } from '../schema/moments.js';

export type PostRow = Omit<Selectable<PostsTable>, 'app_id' | 'comments_made' | 'spread'>;

/**
 * Posts go by the name p. For each there are five rows by primary key: its author, what the two call each other, and whom they
 * block. The viewer stands for four question marks.
 */
export const RELATION_COLUMNS =
  'a.settings, theirs.tags, theirs.active AS theirs_active, theirs.hide_my_posts, ' +
  'own.active AS own_active, own.hide_their_posts, b.user_id AS blocks, bb.user_id AS blocked, ' +
  'CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS now_ms';

export const VIEWED_COLUMNS =
  'p.post_id, p.author_id, p.content, p.audience, p.created_ms, p.edited_ms, p.revision, p.state, ' +
  'p.share_count, p.mentions, ' +
  RELATION_COLUMNS;

export const RELATION_JOINS =
  'JOIN users a FORCE INDEX (PRIMARY) ON a.app_id = p.app_id AND a.user_id = p.author_id ' +
  'LEFT JOIN friends theirs FORCE INDEX (PRIMARY) ' +
  'ON theirs.app_id = p.app_id AND theirs.user_id = p.author_id AND theirs.friend_id = ? ' +
  'LEFT JOIN friends own FORCE INDEX (PRIMARY) ' +
  'ON own.app_id = p.app_id AND own.user_id = ? AND own.friend_id = p.author_id ' +
  'LEFT JOIN blocks b FORCE INDEX (PRIMARY) ' +
  'ON b.app_id = p.app_id AND b.user_id = ? AND b.blocked_id = p.author_id ' +
  'LEFT JOIN blocks bb FORCE INDEX (PRIMARY) ' +
  'ON bb.app_id = p.app_id AND bb.user_id = p.author_id AND bb.blocked_id = ? ';

export interface PostRelationRow {
  settings: UserSettings | null;
  tags: string[] | null;
  theirs_active: number | null;
  hide_my_posts: number | null;
  own_active: number | null;
  hide_their_posts: number | null;
  blocks: string | null;
  blocked: string | null;
  now_ms: number;
}

export type ViewedRow = PostRow & PostRelationRow;

export function toPost(row: PostRow): PostRecord {
  return {
    postId: row.post_id,
    authorId: row.author_id,
    content: row.content,
    audience: row.audience,
    createdMs: row.created_ms,
    editedMs: row.edited_ms,
    revision: row.revision,
    state: toPostState(row.state),
    shareCount: row.share_count,
    mentions: row.mentions,
  };
}

export function toViewed(row: ViewedRow): ViewedPost {
  return { post: toPost(row), relation: toPostRelation(row) };
}

export function toPostRelation(row: PostRelationRow): PostRelation {
  return {
    nowMs: row.now_ms,
    author:
      row.theirs_active === 1
        ? { tags: row.tags ?? [], hideMyPosts: row.hide_my_posts === 1 }
        : null,
    viewer: row.own_active === 1 ? { hideTheirPosts: row.hide_their_posts === 1 } : null,
    blocked: row.blocks !== null || row.blocked !== null,
    settings: row.settings ?? {},
  };
}

export function storedState(state: PostState): number {
  return POST_STATES.indexOf(state);
}

export function toPostState(stored: number): PostState {
  const state = POST_STATES[stored];
  if (state === undefined) throw new StoreDefect('a post is in no state');
  return state;
}
