import { activeApp } from '../app/active-app.js';
import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changePost, type PostChangeDeps, type PostChangeInput } from './change-deps.js';
import { checkPost } from './check-post.js';
import type { PostInput } from './ports.js';

/** Replaces what an own post says; the same again is no edit. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, NOT_FOUND. */
export class EditPost {
  constructor(
    readonly deps: PostChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: UserContext,
    input: PostChangeInput & { readonly content: PostInput | null },
  ): Promise<{ editedMs: number; revision: number }> {
    const rules = await activeApp(this.deps.apps, context.appId);
    const { content, mentions } = checkPost(input.content, rules);
    return changePost(this.deps, this.options, context, input, {
      method: 'EditPost',
      decide: (post, nowMs) => {
        if (Buffer.compare(post.content, content) === 0) {
          return { patch: null, answer: { editedMs: post.editedMs, revision: post.revision } };
        }
        const answer = { editedMs: nowMs, revision: post.revision + 1 };
        return { patch: { content, mentions, ...answer }, answer };
      },
    });
  }
}
