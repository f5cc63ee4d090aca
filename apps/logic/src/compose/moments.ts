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
import { callsOf } from './calls.js';

export interface MomentDeps {
  readonly database: Pick<Database, 'whileWanted'>;
  readonly delivery: Pick<Delivery, 'pushChange'>;
  readonly jobs: Pick<MomentJobs, 'nudge'>;
  readonly apps: Apps;
}

type Given<T extends abstract new (...given: never) => unknown> = ConstructorParameters<T>;

/** Every operation on what users show to friends. */
export function momentUsecases(
  { database, delivery, jobs, apps }: MomentDeps,
  options: ChangeOptions,
): MomentUsecases {
  const call = callsOf(database);
  const push = commitPusher(delivery, jobs);
  const change = <T extends object>(Change: new (...given: Given<typeof CreatePost>) => T) =>
    call(({ posts }) => new Change({ apps, posts, notices: postNotices, push }, options));
  return {
    createPost: change(CreatePost),
    editPost: change(EditPost),
    setAudience: change(SetAudience),
    deletePost: change(DeletePost),
    getPost: call(({ moments }) => new GetPost({ moments })),
    listPosts: call(({ moments }) => new ListPosts({ moments })),
    listTimeline: call(({ moments, timelines: clock }) => new ListTimeline({ moments, clock })),
    listNewPosts: call(({ moments, timelines: clock }) => new ListNewPosts({ moments, clock })),
  };
}

/** Every operation on what is said under posts. */
export function commentUsecases(
  { database, delivery, jobs, apps }: MomentDeps,
  options: ChangeOptions,
): CommentUsecases {
  const call = callsOf(database);
  const push = commitPusher(delivery, jobs);
  const change = <T extends object>(Change: new (...given: Given<typeof LikePost>) => T) =>
    call(({ reactions }) => new Change({ apps, reactions, notices: postNotices, push }, options));
  return {
    likePost: change(LikePost),
    unlikePost: change(UnlikePost),
    sharePost: change(SharePost),
    createComment: change(CreateComment),
    deleteComment: change(DeleteComment),
    listLikes: call(({ moments }) => new ListLikes({ moments })),
    listComments: call(({ moments }) => new ListComments({ moments })),
  };
}

/** What back ends do with their users' posts. */
export function appMomentUsecases(
  {
    database,
    delivery,
    jobs,
  }: Pick<MomentDeps, 'delivery' | 'jobs'> & {
    readonly database: Pick<Database, 'whileWanted'>;
  },
  options: ChangeOptions,
): ServerMomentUsecases {
  const call = callsOf(database);
  const push = commitPusher(delivery, jobs);
  const own = { notices: postNotices, push };
  return {
    listAppPosts: call((stores) => new ListAppPosts(stores)),
    getAppPost: call((stores) => new GetAppPost(stores)),
    removePost: call((stores) => new RemovePost({ ...stores, ...own }, options)),
    restorePost: call((stores) => new RestorePost({ ...stores, ...own }, options)),
    listAppComments: call((stores) => new ListAppComments(stores)),
    removeComment: call((stores) => new RemoveComment({ ...stores, ...own }, options)),
    exportPosts: call((stores) => new ExportPosts(stores)),
  };
}
