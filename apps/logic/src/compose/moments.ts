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

export interface MomentDeps {
  readonly database: Pick<Database, 'posts' | 'timelines' | 'reactions' | 'moments'>;
  readonly delivery: Pick<Delivery, 'pushChange'>;
  readonly jobs: Pick<MomentJobs, 'nudge'>;
  readonly apps: Apps;
}

/** Every operation on what users show to friends. */
export function momentUsecases(
  { database, delivery, jobs, apps }: MomentDeps,
  options: ChangeOptions,
): MomentUsecases {
  const { posts, timelines: clock, moments } = database;
  const push = commitPusher(delivery, jobs);
  const change = [{ apps, posts, notices: postNotices, push }, options] as const;
  return {
    createPost: new CreatePost(...change),
    editPost: new EditPost(...change),
    setAudience: new SetAudience(...change),
    deletePost: new DeletePost(...change),
    getPost: new GetPost({ moments }),
    listPosts: new ListPosts({ moments }),
    listTimeline: new ListTimeline({ moments, clock }),
    listNewPosts: new ListNewPosts({ moments, clock }),
  };
}

/** Every operation on what is said under posts. */
export function commentUsecases(
  { database, delivery, jobs, apps }: MomentDeps,
  options: ChangeOptions,
): CommentUsecases {
  const { reactions, moments } = database;
  const push = commitPusher(delivery, jobs);
  const change = [{ apps, reactions, notices: postNotices, push }, options] as const;
  return {
    likePost: new LikePost(...change),
    unlikePost: new UnlikePost(...change),
    sharePost: new SharePost(...change),
    createComment: new CreateComment(...change),
    deleteComment: new DeleteComment(...change),
    listLikes: new ListLikes({ moments }),
    listComments: new ListComments({ moments }),
  };
}

/** What back ends do with their users' posts. */
export function appMomentUsecases(
  {
    database,
    delivery,
    jobs,
  }: Pick<MomentDeps, 'delivery' | 'jobs'> & {
    readonly database: Pick<Database, 'posts' | 'appPosts' | 'users'>;
  },
  options: ChangeOptions,
): ServerMomentUsecases {
  const { posts, appPosts, users } = database;
  const push = commitPusher(delivery, jobs);
  const change = [{ appPosts, posts, notices: postNotices, push }, options] as const;
  return {
    listAppPosts: new ListAppPosts({ appPosts, users }),
    getAppPost: new GetAppPost({ appPosts }),
    removePost: new RemovePost(...change),
    restorePost: new RestorePost(...change),
    listAppComments: new ListAppComments({ appPosts }),
    removeComment: new RemoveComment(...change),
    exportPosts: new ExportPosts({ appPosts, users }),
  };
}
