import type { UserContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { Friends, ListedRequest } from './ports.js';

export const REQUESTS_LIMIT_DEFAULT = 50;
export const REQUESTS_LIMIT_MAX = 100;

export interface FriendRequestsAnswer {
  readonly requests: ListedRequest[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
  readonly unread: number;
}

/** Requests to or from the caller, newest change first. Errors: INVALID_ARGUMENT. */
export class ListFriendRequests {
  constructor(readonly deps: { readonly friends: Pick<Friends, 'requests' | 'unreadRequests'> }) {}

  async run(
    { appId, caller }: UserContext,
    input: {
      readonly direction: 'in' | 'out';
      readonly pageToken: string;
      readonly limit: number;
    },
  ): Promise<FriendRequestsAnswer> {
    const { friends } = this.deps;
    const { direction } = input;
    const bounds = { byDefault: REQUESTS_LIMIT_DEFAULT, max: REQUESTS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const place = decodePage(input.pageToken, ['number', 'id']);
    const before = place === null ? null : { updatedMs: place[0], peerId: place[1] };
    const requests = await friends.requests(appId, caller.userId, { direction, before, limit });
    const last = requests.length < limit ? undefined : requests.at(-1);
    const peer = direction === 'in' ? last?.fromId : last?.toId;
    return {
      requests,
      nextPageToken:
        last === undefined || peer === undefined ? '' : encodePage([last.updatedMs, peer]),
      unread: await friends.unreadRequests(appId, caller.userId),
    };
  }
}
