import type { PostState } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import type { AppPosts } from './app-ports.js';
import { checkPostId, noPost, type PostChangeInput } from './change-deps.js';
import type { PostNotices, Posts } from './ports.js';

export interface PostStateDeps {
  readonly appPosts: Pick<AppPosts, 'post'>;
  readonly posts: Pick<Posts, 'change'>;
  readonly notices: Pick<PostNotices, 'postChanged'>;
  readonly push: CommitPusher;
}

/** Takes a post away from everybody, or gives it back, and tells its author. Its content stays as it is. */
async function setPostState(
  { appPosts, posts, notices, push }: PostStateDeps,
  options: ChangeOptions,
  context: BusinessContext,
  input: PostChangeInput,
  { method, state }: { readonly method: string; readonly state: Exclude<PostState, 'deleted'> },
): Promise<null> {
  const { appId, caller } = context;
  const request = changeRequest(context, input.clientRequestId, method);
  const postId = checkPostId(input.postId);
  // Whose it is never changes.
  const known = await appPosts.post(appId, postId);
  if (known === null) throw noPost();
  const work = { ...options, appId, request, authorId: known.authorId, postId };
  const outcome = await posts.change(work, (post) => {
    if (post === null || post.state === 'deleted') throw noPost();
    if (post.state === state) return { change: null, answer: null };
    const words = notices.postChanged(post.postId, state === 'removed');
    const entry = notice(actorOf(caller), words, { shown: false });
    return { change: { patch: { state }, entry }, answer: null };
  });
  return settled(push, outcome);
}

/** Errors: INVALID_ARGUMENT, NOT_FOUND (also: its author has deleted it). */
export class RemovePost {
  constructor(
    readonly deps: PostStateDeps,
    readonly options: ChangeOptions,
  ) {}

  run(context: BusinessContext, input: PostChangeInput): Promise<null> {
    const change = { method: 'RemovePost', state: 'removed' } as const;
    return setPostState(this.deps, this.options, context, input, change);
  }
}

/** Errors as for RemovePost. */
export class RestorePost {
  constructor(
    readonly deps: PostStateDeps,
    readonly options: ChangeOptions,
  ) {}

  run(context: BusinessContext, input: PostChangeInput): Promise<null> {
    const change = { method: 'RestorePost', state: 'present' } as const;
    return setPostState(this.deps, this.options, context, input, change);
  }
}
