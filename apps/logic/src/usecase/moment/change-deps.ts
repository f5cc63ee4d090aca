import { DomainError, invalidArgument, isId } from '@queqiao/domain';

import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import type { PostNotices, PostPatch, PostRecord, Posts } from './ports.js';

export interface PostChangeDeps {
  readonly apps: Apps;
  readonly posts: Pick<Posts, 'create' | 'change'>;
  readonly notices: PostNotices;
  readonly push: CommitPusher;
}

/** What every change of a post is asked with. */
export interface PostChangeInput {
  readonly clientRequestId: string;
  readonly postId: string;
}

export interface PostChange<T> {
  /** Name of the operation, for repeated requests. */
  readonly method: string;
  /** Null: nothing changes. */
  readonly decide: (
    post: PostRecord,
    nowMs: number,
  ) => { readonly patch: PostPatch | null; readonly answer: T };
}

/** Carries a change of an own post out and pushes it. Errors common to all: INVALID_ARGUMENT, NOT_FOUND. */
export async function changePost<T>(
  { posts, notices, push }: PostChangeDeps,
  options: ChangeOptions,
  context: UserContext,
  input: PostChangeInput,
  { method, decide }: PostChange<T>,
): Promise<T> {
  const { appId, caller } = context;
  const request = changeRequest(context, input.clientRequestId, method);
  const postId = checkPostId(input.postId);
  const work = { ...options, appId, request, authorId: caller.userId, postId };
  const outcome = await posts.change(work, (post, nowMs) => {
    if (post === null || post.state !== 'present') throw noPost();
    const { patch, answer } = decide(post, nowMs);
    if (patch === null) return { change: null, answer };
    const removed = (patch.state ?? 'present') !== 'present';
    const words = notices.postChanged(post.postId, removed);
    return { change: { patch, entry: notice(actorOf(caller), words, { shown: false }) }, answer };
  });
  return settled(push, outcome);
}

/** Errors: INVALID_ARGUMENT. */
export function checkPostId(postId: string): string {
  if (!isId(postId)) throw invalidArgument('post_id', 'must match [A-Za-z0-9_.-]{1,64}');
  return postId;
}

/** Also for what the caller may not know of. */
export function noPost(): DomainError {
  return new DomainError('NOT_FOUND', 'there is no such post', { field: 'post_id' });
}
