import { selfConversationId, type AppId, type UserId } from '@queqiao/domain';
import type {
  DecideFriends,
  FriendPage,
  FriendStore,
  FriendWork,
  RequestPage,
} from '../friend-types.js';
import type { LogEntry, LogWork } from '../log-types.js';
import type { StoreContext } from '../store-context.js';
import { changeFriends } from './change-friends.js';
import { countRequests } from './friend-counts.js';
import * as lists from './friend-lists.js';
import { markRequestsRead, readRequests } from './friend-requests.js';

/** Rows of one page of every list. */
export const FRIENDS_MAX_PAGE = 500;

export class MysqlFriendStore implements FriendStore {
  constructor(private readonly context: StoreContext) {}

  change<T>(input: FriendWork, decide: DecideFriends<T>) {
    return changeFriends(this.context, input, decide);
  }

  markRequestsRead(input: LogWork & { readonly userId: UserId }, entry: LogEntry) {
    return markRequestsRead(this.context, input, entry);
  }

  friends(appId: AppId, userId: UserId, page: FriendPage) {
    return lists.readFriends(this.context, appId, userId, bounded(page));
  }

  changedFriends(appId: AppId, userId: UserId, page: { afterFeedSeq: number; limit: number }) {
    return lists.readChangedFriends(this.context, appId, userId, bounded(page));
  }

  async feedSeq(appId: AppId, userId: UserId): Promise<number> {
    const row = await this.context.kysely
      .selectFrom('conversations')
      .select('last_seq')
      .where('app_id', '=', appId)
      .where('conversation_id', '=', selfConversationId(userId))
      .executeTakeFirst();
    return row?.last_seq ?? 0;
  }

  searchFriends(appId: AppId, userId: UserId, search: { text: string; limit: number }) {
    return lists.searchFriends(this.context, appId, userId, bounded(search));
  }

  requests(appId: AppId, userId: UserId, page: RequestPage) {
    return readRequests(this.context, appId, userId, bounded(page));
  }

  unreadRequests(appId: AppId, userId: UserId): Promise<number> {
    return countRequests(this.context.kysely, appId, userId, 'in');
  }

  blocks(appId: AppId, userId: UserId, page: FriendPage) {
    return lists.readBlocks(this.context, appId, userId, bounded(page));
  }
}

function bounded<P extends { readonly limit: number }>(page: P): P {
  return { ...page, limit: Math.min(page.limit, FRIENDS_MAX_PAGE) };
}
