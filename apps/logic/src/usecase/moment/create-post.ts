import type { PostId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import type { PostChangeDeps } from './change-deps.js';
import { ALL_FRIENDS, checkAudience, type AudienceInput } from './check-audience.js';
import { checkPost } from './check-post.js';
import type { PostInput } from './ports.js';

export interface CreatePostInput {
  readonly clientRequestId: string;
  readonly content: PostInput | null;
  /** Undefined: all friends. */
  readonly audience: AudienceInput | undefined;
}

/** Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export class CreatePost {
  constructor(
    readonly deps: PostChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: UserContext,
    input: CreatePostInput,
  ): Promise<{ postId: PostId; createdMs: number }> {
    const { apps, posts, notices, push } = this.deps;
    const { appId, caller } = context;
    const request = changeRequest(context, input.clientRequestId, 'CreatePost');
    const audience = input.audience === undefined ? ALL_FRIENDS : checkAudience(input.audience);
    const limits = await activeApp(apps, appId);
    const { content, mentions } = checkPost(input.content, limits);
    const work = { ...this.options, appId, request, authorId: caller.userId };
    const outcome = await posts.create(work, { content, mentions, audience, limits }, (postId) =>
      notice(actorOf(caller), notices.postChanged(postId, false), { shown: false }),
    );
    return settled(push, outcome);
  }
}
