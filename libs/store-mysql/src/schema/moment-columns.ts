import type { Columns } from './column-kinds.js';

/** Of posts, what is said to them, timelines and notices. */
export const MOMENT_COLUMNS = {
  posts: {
    app_id: 'string',
    post_id: 'string',
    author_id: 'string',
    content: 'buffer',
    audience: 'json',
    created_ms: 'number',
    edited_ms: 'number',
    revision: 'number',
    state: 'number',
    share_count: 'number',
    mentions: 'json',
    comments_made: 'number',
    spread: 'number',
  },
  timeline_refs: {
    app_id: 'string',
    user_id: 'string',
    created_ms: 'number',
    post_id: 'string',
    arrived_ms: 'number',
  },
  timeline_sources: {
    app_id: 'string',
    user_id: 'string',
    author_id: 'string',
    arrived_ms: 'number',
  },
  likes: {
    app_id: 'string',
    post_id: 'string',
    user_id: 'string',
    created_ms: 'number',
  },
  comments: {
    app_id: 'string',
    post_id: 'string',
    comment_id: 'string',
    author_id: 'string',
    reply_to: 'string',
    text: 'string',
    created_ms: 'number',
    state: 'number',
  },
  moment_notices: {
    app_id: 'string',
    user_id: 'string',
    seq: 'number',
    kind: 'string',
    post_id: 'string',
    actor_id: 'string',
    comment_id: 'string',
    created_ms: 'number',
  },
  moment_notice_marks: {
    app_id: 'string',
    user_id: 'string',
    read_seq: 'number',
  },
  moment_jobs: {
    job_id: 'string',
    app_id: 'string',
    kind: 'string',
    author_id: 'string',
    post_id: 'string',
    done_to: 'string',
    viewer_id: 'string',
    owner: 'string',
    due_ms: 'number',
    attempts: 'number',
    actor_id: 'string',
    comment_id: 'string',
    notice: 'string',
  },
} as const satisfies Pick<
  Columns,
  | 'posts'
  | 'timeline_refs'
  | 'timeline_sources'
  | 'likes'
  | 'comments'
  | 'moment_notices'
  | 'moment_notice_marks'
  | 'moment_jobs'
>;
