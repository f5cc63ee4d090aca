import { parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { mustExist, type UserLookup } from '../must-exist.js';
import { ListFriends, type FriendsAnswer } from './list-friends.js';
import type { Friends } from './ports.js';

/** A user's friends by id, for the app. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class ListFriendsOf {
  readonly #list: ListFriends;

  constructor(readonly deps: { readonly friends: Friends; readonly users: UserLookup }) {
    this.#list = new ListFriends(deps);
  }

  async run(
    context: BusinessContext,
    input: { readonly userId: string; readonly pageToken: string; readonly limit: number },
  ): Promise<FriendsAnswer> {
    const userId = parseUserId(input.userId);
    await mustExist(this.deps.users, context.appId, [userId], () => 'user_id');
    return this.#list.run(context, userId, { ...input, sinceFeedSeq: 0 });
  }
}
