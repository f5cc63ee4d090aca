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
