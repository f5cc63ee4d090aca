import type { FriendRecord } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { checkLength } from '../check-fields.js';
import { pageLimit } from '../paging.js';
import { SEARCH_QUERY_MAX_LENGTH } from '../user/search-users.js';
import type { Friends } from './ports.js';

export const SEARCH_FRIENDS_LIMIT_DEFAULT = 50;
export const SEARCH_FRIENDS_LIMIT_MAX = 100;

/** The caller's friends whose remark or nickname holds the query, or whose id begins with it. Errors: INVALID_ARGUMENT. */
export class SearchFriends {
  constructor(readonly deps: { readonly friends: Pick<Friends, 'searchFriends'> }) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly query: string; readonly limit: number },
  ): Promise<FriendRecord[]> {
    const text = checkLength(input.query, SEARCH_QUERY_MAX_LENGTH, 'query', 1);
    const bounds = { byDefault: SEARCH_FRIENDS_LIMIT_DEFAULT, max: SEARCH_FRIENDS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    return this.deps.friends.searchFriends(appId, caller.userId, { text, limit });
  }
}
