import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changePost, type PostChangeDeps, type PostChangeInput } from './change-deps.js';
import type { PostPatch } from './ports.js';

/** What a post that is gone still says: nothing, for nobody. */
const GONE: PostPatch = {
  content: new Uint8Array(),
  mentions: [],
  audience: { kind: 'private', userIds: [], tags: [] },
};

/** Takes an own post away from everybody. Errors: INVALID_ARGUMENT, NOT_FOUND (also: it is gone already). */
export class DeletePost {
  constructor(
    readonly deps: PostChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: PostChangeInput): Promise<null> {
    return changePost(this.deps, this.options, context, input, {
      method: 'DeletePost',
      decide: () => ({ patch: { ...GONE, state: 'deleted' }, answer: null }),
    });
  }
}
