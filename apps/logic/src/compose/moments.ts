import type { Database } from '@queqiao/store-mysql';
import {
  postNotices,
  type CommentUsecases,
  type MomentUsecases,
  type ServerMomentUsecases,
} from '../api/index.js';
import type { Delivery, MomentJobs } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';
import type { ChangeOptions } from '../usecase/change/ports.js';
import { CreateComment } from '../usecase/comment/create-comment.js';
import { DeleteComment } from '../usecase/comment/delete-comment.js';
import { LikePost } from '../usecase/comment/like-post.js';
import { ListComments } from '../usecase/comment/list-comments.js';
import { ListLikes } from '../usecase/comment/list-likes.js';
import { SharePost } from '../usecase/comment/share-post.js';
import { UnlikePost } from '../usecase/comment/unlike-post.js';
import { CreatePost } from '../usecase/moment/create-post.js';
import { DeletePost } from '../usecase/moment/delete-post.js';
import { EditPost } from '../usecase/moment/edit-post.js';
import { ExportPosts } from '../usecase/moment/export-posts.js';
import { GetAppPost } from '../usecase/moment/get-app-post.js';
import { GetPost } from '../usecase/moment/get-post.js';
import { ListAppComments } from '../usecase/moment/list-app-comments.js';
import { ListAppPosts } from '../usecase/moment/list-app-posts.js';
import { ListPosts } from '../usecase/moment/list-posts.js';
import { ListNewPosts } from '../usecase/moment/list-new-posts.js';
import { ListTimeline } from '../usecase/moment/list-timeline.js';
import { RemoveComment } from '../usecase/moment/remove-comment.js';
import { SetAudience } from '../usecase/moment/set-audience.js';
import { RemovePost, RestorePost } from '../usecase/moment/set-post-state.js';
import { commitPusher } from './pushers.js';
import { readsOf } from './reads.js';

export interface MomentDeps {
  readonly database: Pick<Database, 'posts' | 'reactions' | 'whileWanted'>;
  readonly delivery: Pick<Delivery, 'pushChange'>;
  readonly jobs: Pick<MomentJobs, 'nudge'>;
  readonly apps: Apps;
}

/** Every operation on what users show to friends. */
export function momentUsecases(
  { database, delivery, jobs, apps }: MomentDeps,
  options: ChangeOptions,
): MomentUsecases {
  const { posts } = database;
  const read = readsOf(database);
  const push = commitPusher(delivery, jobs);
  const change = [{ apps, posts, notices: postNotices, push }, options] as const;
  return {
    createPost: new CreatePost(...change),
    editPost: new EditPost(...change),
    setAudience: new SetAudience(...change),
    deletePost: new DeletePost(...change),
    getPost: read(({ moments }) => new GetPost({ moments })),
    listPosts: read(({ moments }) => new ListPosts({ moments })),
    listTimeline: read(({ moments, timelines: clock }) => new ListTimeline({ moments, clock })),
    listNewPosts: read(({ moments, timelines: clock }) => new ListNewPosts({ moments, clock })),
  };
}

/** Every operation on what is said under posts. */
export function commentUsecases(
  { database, delivery, jobs, apps }: MomentDeps,
  options: ChangeOptions,
): CommentUsecases {
  const { reactions } = database;
  const read = readsOf(database);
  const push = commitPusher(delivery, jobs);
  const change = [{ apps, reactions, notices: postNotices, push }, options] as const;
  return {
    likePost: new LikePost(...change),
    unlikePost: new UnlikePost(...change),
    sharePost: new SharePost(...change),
    createComment: new CreateComment(...change),
    deleteComment: new DeleteComment(...change),
    listLikes: read(({ moments }) => new ListLikes({ moments })),
    listComments: read(({ moments }) => new ListComments({ moments })),
  };
}

/** What back ends do with their users' posts. */
export function appMomentUsecases(
  {
    database,
    delivery,
    jobs,
  }: Pick<MomentDeps, 'delivery' | 'jobs'> & {
    readonly database: Pick<Database, 'posts' | 'appPosts' | 'whileWanted'>;
  },
  options: ChangeOptions,
): ServerMomentUsecases {
  const { posts, appPosts } = database;
  const read = readsOf(database);
  const push = commitPusher(delivery, jobs);
  const change = [{ appPosts, posts, notices: postNotices, push }, options] as const;
  return {
    listAppPosts: read((stores) => new ListAppPosts(stores)),
    getAppPost: read((stores) => new GetAppPost(stores)),
    removePost: new RemovePost(...change),
    restorePost: new RestorePost(...change),
    listAppComments: read((stores) => new ListAppComments(stores)),
    removeComment: new RemoveComment(...change),
    exportPosts: read((stores) => new ExportPosts(stores)),
  };
}
