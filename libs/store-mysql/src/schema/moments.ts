import type { AppId, Audience, PostId, UserId } from '@queqiao/domain';
import type { Generated, JSONColumnType } from 'kysely';

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
  kind: 'fan-out' | 'back-fill';
  author_id: UserId;
  post_id: Generated<PostId>;
  done_to: Generated<string>;
  viewer_id: Generated<UserId>;
  owner: string;
  due_ms: number;
  attempts: Generated<number>;
}
