import type { UserContext } from '../caller.js';
import { checkLength } from '../check-fields.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { FoundUser, Users } from './ports.js';

export const SEARCH_QUERY_MAX_LENGTH = 100;
export const SEARCH_LIMIT_DEFAULT = 20;
export const SEARCH_LIMIT_MAX = 50;

export interface SearchAnswer {
  readonly users: FoundUser[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
}

/**
 * Finds users as they allow it: on the first page those who have exactly the id or the handle, then those whose nickname
 * begins with the query, in the order of nicknames. Errors: INVALID_ARGUMENT.
 */
export class SearchUsers {
  constructor(readonly deps: { readonly users: Pick<Users, 'findExactly' | 'findByName'> }) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly query: string; readonly pageToken: string; readonly limit: number },
  ): Promise<SearchAnswer> {
    const { users } = this.deps;
    const prefix = checkLength(input.query, SEARCH_QUERY_MAX_LENGTH, 'query', 1);
    const bounds = { byDefault: SEARCH_LIMIT_DEFAULT, max: SEARCH_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const page = decodePage(input.pageToken, ['string', 'id']);
    const after = page === null ? null : { name: page[0], userId: page[1] };
    const searcher = caller.userId;
    const exact = await users.findExactly(appId, searcher, prefix);
    const named = await users.findByName(appId, { searcher, prefix, after, limit });
    const known = new Set(exact.map(({ profile }) => profile.userId));
    const others = named.users.filter(({ profile }) => !known.has(profile.userId));
    const { next } = named;
    return {
      users: after === null ? [...exact, ...others] : others,
      nextPageToken: next === null ? '' : encodePage([next.name, next.userId]),
    };
  }
}
