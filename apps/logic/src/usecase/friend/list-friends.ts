import { invalidArgument, type AppId, type FriendRecord, type UserId } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { Friends } from './ports.js';

export const FRIENDS_LIMIT_DEFAULT = 200;
export const FRIENDS_LIMIT_MAX = 500;

export interface ListFriendsInput {
  readonly pageToken: string;
  readonly limit: number;
  /** 0: all friends; else what changed after that entry of the user's self feed. */
  readonly sinceFeedSeq: number;
}

export interface FriendsAnswer {
  readonly friends: FriendRecord[];
  readonly removedIds: UserId[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
  readonly feedSeq: number;
}

/**
 * A user's friends by id, or what changed since a place in the self feed by the order of changes. The place that the next
 * question is asked from is read before the first page, so that no change falls between the two. Errors: INVALID_ARGUMENT.
 */
export class ListFriends {
  constructor(readonly deps: { readonly friends: Friends }) {}

  async run(
    { appId }: Pick<CallContext, 'appId'>,
    userId: UserId,
    input: ListFriendsInput,
  ): Promise<FriendsAnswer> {
    const bounds = { byDefault: FRIENDS_LIMIT_DEFAULT, max: FRIENDS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const { sinceFeedSeq, pageToken } = input;
    if (sinceFeedSeq < 0) throw invalidArgument('since_feed_seq', 'must not be negative');
    return sinceFeedSeq > 0
      ? this.#changed(appId, userId, { sinceFeedSeq, pageToken, limit })
      : this.#all(appId, userId, { pageToken, limit });
  }

  async #all(
    appId: AppId,
    userId: UserId,
    { pageToken, limit }: { readonly pageToken: string; readonly limit: number },
  ): Promise<FriendsAnswer> {
    const { friends } = this.deps;
    const place = decodePage(pageToken, ['number', 'id']);
    const feedSeq = place?.[0] ?? (await friends.feedSeq(appId, userId));
    const rows = await friends.friends(appId, userId, { afterId: place?.[1] ?? '', limit });
    const last = rows.length < limit ? undefined : rows.at(-1)?.friendId;
    const nextPageToken = last === undefined ? '' : encodePage([feedSeq, last]);
    return { friends: rows, removedIds: [], nextPageToken, feedSeq };
  }

  async #changed(
    appId: AppId,
    userId: UserId,
    { sinceFeedSeq, pageToken, limit }: ListFriendsInput,
  ): Promise<FriendsAnswer> {
    const { friends } = this.deps;
    const place = decodePage(pageToken, ['number', 'number']);
    const feedSeq = place?.[0] ?? (await friends.feedSeq(appId, userId));
    const page = { afterFeedSeq: place?.[1] ?? sinceFeedSeq, limit };
    const rows = await friends.changedFriends(appId, userId, page);
    const last = rows.length < limit ? undefined : rows.at(-1)?.friend.feedSeq;
    return {
      friends: rows.flatMap(({ friend, active }) => (active ? [friend] : [])),
      removedIds: rows.flatMap(({ friend, active }) => (active ? [] : [friend.friendId])),
      nextPageToken: last === undefined ? '' : encodePage([feedSeq, last]),
      feedSeq,
    };
  }
}
