import { canSeePost, type PostId } from '@queqiao/domain';

import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, notice } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher, NewEntry } from '../change/ports.js';
import { checkPostId, noPost } from '../moment/change-deps.js';
import type { PostNotices, PostRecord, ViewedPost } from '../moment/ports.js';
import type { ReactionChanges, ReactionWork } from './ports.js';

export interface ReactionDeps {
  readonly apps: Apps;
  readonly reactions: ReactionChanges;
  readonly notices: PostNotices;
  readonly push: CommitPusher;
}

/** What every change of a reaction is asked with. */
export interface ReactionInput {
  readonly clientRequestId: string;
  readonly postId: string;
}

/** Errors: INVALID_ARGUMENT. */
export function reactionWork(
  context: UserContext,
  options: ChangeOptions,
  input: ReactionInput,
  method: string,
): ReactionWork {
  const { appId, caller } = context;
  const request = changeRequest(context, input.clientRequestId, method);
  return { ...options, appId, request, userId: caller.userId, postId: checkPostId(input.postId) };
}

/** Errors: NOT_FOUND for a post that the caller does not see. */
export function demandSeen(viewed: ViewedPost | null, { caller }: UserContext): PostRecord {
  if (viewed !== null && canSeePost(caller.userId, viewed.post, viewed.relation))
    return viewed.post;
  throw noPost();
}

/** For the caller's own devices. */
export function ownNotice(
  { notices }: ReactionDeps,
  { caller }: UserContext,
  postId: PostId,
): NewEntry {
  return notice(actorOf(caller), notices.postChanged(postId, false), { shown: false });
}
