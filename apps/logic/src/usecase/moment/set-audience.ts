import { invalidArgument } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changePost, type PostChangeDeps, type PostChangeInput } from './change-deps.js';
import { checkAudience, type AudienceInput } from './check-audience.js';

/** For whom an own post is from its commit on. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class SetAudience {
  constructor(
    readonly deps: PostChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: UserContext,
    input: PostChangeInput & { readonly audience: AudienceInput | undefined },
  ): Promise<null> {
    if (input.audience === undefined) throw invalidArgument('audience', 'is missing');
    const audience = checkAudience(input.audience);
    return changePost(this.deps, this.options, context, input, {
      method: 'SetAudience',
      decide: (post) => {
        const { kind, userIds, tags } = post.audience;
        const same = JSON.stringify({ kind, userIds, tags }) === JSON.stringify(audience);
        return { patch: same ? null : { audience }, answer: null };
      },
    });
  }
}
