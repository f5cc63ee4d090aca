import { FriendServiceDefinition as Service, type Friend } from '@queqiao/protocol/client';
import { quiet } from '../actions/outbox.js';
import { answered } from '../connection/answered.js';
import type { Engine } from '../engine.js';
import { FriendList } from './friend-list.js';
import { FriendRequests, type FriendLabels } from './friend-requests.js';

export interface FriendPatch extends FriendLabels {
  /** The friend sees none of the user's posts. */
  readonly hideMyPosts?: boolean;
  /** The user's timeline has none of the friend's posts. */
  readonly hideTheirPosts?: boolean;
}

export interface FriendEvents {
  /** The list of friends is another one: it was loaded, or something in it changed. */
  friends: { readonly friends: readonly Friend[] };
}

/**
 * The user's friends and whom the user has blocked. Calls reject with a QueqiaoError; those that change something are repeated
 * under one request id until the outcome is known, and what they change is told by the self feed: to all devices of both sides.
 */
export class Friends {
  readonly requests: FriendRequests;
  readonly #engine: Pick<Engine, 'call' | 'change'>;
  readonly #list: FriendList;
  #wanted = false;

  constructor(engine: Engine) {
    const { call, clock, newBackoff, events } = engine;
    const { limits } = engine.stats();
    this.#engine = engine;
    this.requests = new FriendRequests(engine);
    const onChange = (): void => events.emit('friends', { friends: this.list() });
    this.#list = new FriendList({ call, clock, limits, newBackoff, onChange });
    events.on('friendChanged', (change) => this.#list.heard(change));
    events.on('reset', () => {
      this.#list.reset();
      if (this.#wanted) this.#count();
    });
    events.on('abandoned', () => this.#list.abandon());
    events.on('session', () => {
      this.#list.begin(engine.turn);
      if (this.#wanted) this.#count();
    });
  }

  /**
   * Loads all friends and how many requests were not seen, and keeps both current from then on, over reconnects too: see `list`,
   * `get`, `requests.unreadCount` and the `friends` event. Waits for a connection; rejects when the client is stopped. Not
   * catching is fine: the event tells when they are here.
   */
  load(): Promise<readonly Friend[]> {
    if (!this.#wanted) this.#count();
    this.#wanted = true;
    return quiet(this.#list.load().then(() => this.list()));
  }

  /** By user id; empty before they were loaded. */
  list(): readonly Friend[] {
    return this.#list.friends;
  }

  /** Undefined: no friend, or not loaded. */
  get(userId: string): Friend | undefined {
    return this.#list.get(userId);
  }

  /** Those whose remark or nickname contains the query, or whose id begins with it; at most `limit` (50). */
  async search(query: string, limit = 50): Promise<readonly Friend[]> {
    return (await this.#engine.call(Service, 'searchFriends', { query, limit })).friends;
  }

  /** What is left out stays. Rejects with NOT_FOUND when they are no friends. */
  async update(userId: string, { tags, ...rest }: FriendPatch): Promise<Friend> {
    const patch = { userId, ...rest, tags: tags && { tags: [...tags] } };
    return answered((await this.#engine.change(Service, 'updateFriend', patch)).friend);
  }

  /** Ends the friendship for both; the chat stays. */
  async delete(userId: string): Promise<void> {
    await this.#engine.change(Service, 'deleteFriend', { userId });
  }

  /** Nothing of that user reaches this one any more. The friendship stays. */
  async block(userId: string): Promise<void> {
    await this.#engine.change(Service, 'blockUser', { userId });
  }

  async unblock(userId: string): Promise<void> {
    await this.#engine.change(Service, 'unblockUser', { userId });
  }

  /** Whom the user has blocked, by user id and by pages of `limit` (200). `blockChanged` tells what changes. */
  listBlocks(
    options: { readonly pageToken?: string; readonly limit?: number } = {},
  ): Promise<{ readonly userIds: readonly string[]; readonly nextPageToken: string }> {
    return this.#engine.call(Service, 'listBlocks', options);
  }

  /** Only the count of the answer is wanted; without one, what the feed tells is as good. */
  #count(): void {
    const told = (): void => void 0;
    this.requests.list('incoming', { limit: 1 }).then(told, told);
  }
}
