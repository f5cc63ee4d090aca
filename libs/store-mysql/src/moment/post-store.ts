import type { AppId, PostId, UserId } from '@queqiao/domain';
import type { LogEntry } from '../log-types.js';
import type {
  NewPost,
  PostPage,
  PostPlan,
  PostRecord,
  PostStore,
  PostWork,
} from '../moment-types.js';
import type { StoreContext } from '../store-context.js';
import { changePost, createPost } from './change-posts.js';
import { readPost, readPostsOf } from './post-reads.js';

/** Rows of one page of every list. */
export const POSTS_MAX_PAGE = 50;

export class MysqlPostStore implements PostStore {
  constructor(private readonly context: StoreContext) {}

  create(work: PostWork, post: NewPost, entry: (postId: PostId) => LogEntry) {
    return createPost(this.context, work, post, entry);
  }

  change<T>(
    work: PostWork & { readonly postId: string },
    decide: (post: PostRecord | null, nowMs: number) => PostPlan<T>,
  ) {
    return changePost(this.context, work, decide);
  }

  post(appId: AppId, viewerId: UserId, postId: string) {
    return readPost(this.context, appId, viewerId, postId);
  }

  postsOf(appId: AppId, viewerId: UserId, authorId: UserId, page: PostPage) {
    const limit = Math.min(page.limit, POSTS_MAX_PAGE);
    return readPostsOf(this.context, appId, { viewerId, authorId }, { ...page, limit });
  }
}
