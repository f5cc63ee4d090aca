import type { AppId, Audience, CommentId, PostId, UserId } from '@queqiao/domain';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Deed, NoticeKind } from '../notice-types.js';

export interface PostsTable {
  app_id: AppId;
  post_id: PostId;
  author_id: UserId;
  content: Buffer;
  audience: JSONColumnType<Audience>;
  created_ms: number;
  edited_ms: Generated<number>;
  revision: Generated<number>;
  state: Generated<number>;
  share_count: Generated<number>;
  mentions: ColumnType<string[], string | undefined, string>;
  comments_made: Generated<number>;
  spread: Generated<number>;
}

export interface LikesTable {
  app_id: AppId;
  post_id: PostId;
  user_id: UserId;
  created_ms: number;
}

export interface CommentsTable {
  app_id: AppId;
  post_id: PostId;
  comment_id: CommentId;
  author_id: UserId;
  reply_to: Generated<CommentId | ''>;
  text: string;
  created_ms: number;
  state: Generated<number>;
}

export interface TimelineRefsTable {
  app_id: AppId;
  user_id: UserId;
  created_ms: number;
  post_id: PostId;
  arrived_ms: number;
}

export interface MomentJobsTable {
  job_id: string;
  app_id: AppId;
  kind: 'fan-out' | 'sources' | 'back-fill' | 'notify' | 'erase';
  author_id: UserId;
  post_id: Generated<PostId>;
  done_to: Generated<string>;
  viewer_id: Generated<UserId>;
  owner: string;
  due_ms: number;
  attempts: Generated<number>;
  actor_id: Generated<UserId>;
  comment_id: Generated<string>;
  notice: ColumnType<Deed, Deed | undefined, Deed>;
}

export interface TimelineSourcesTable {
  app_id: AppId;
  user_id: UserId;
  author_id: UserId;
  arrived_ms: number;
}

export interface MomentNoticesTable {
  app_id: AppId;
  user_id: UserId;
  seq: number;
  kind: NoticeKind;
  post_id: PostId;
  actor_id: UserId;
  comment_id: Generated<string>;
  created_ms: number;
}

export interface MomentNoticeMarksTable {
  app_id: AppId;
  user_id: UserId;
  read_seq: number;
}
