import {
  FriendServiceDefinition as Service,
  ListFriendRequestsRequest_Direction as Direction,
  type AcceptFriendRequestResponse,
  type Friend,
  type FriendRequest,
  type FriendSource,
  type ListFriendRequestsResponse,
} from '@queqiao/protocol/client';
import { answered } from '../connection/answered.js';
import type { Engine } from '../engine.js';

/** What the friend is to be called and tagged in the user's own list. */
export interface FriendLabels {
  readonly remark?: string;
  readonly tags?: readonly string[];
}

export interface RequestWish extends FriendLabels {
  /** At most 200 characters. */
  readonly text?: string;
  /** How the user came to the other. */
  readonly source?: FriendSource;
}

/** Who asked whom to become a friend. Every change is told to the devices of both by `friendRequestChanged`. */
export class FriendRequests {
  readonly #engine: Pick<Engine, 'call' | 'change'>;
  #unreadCount = 0;
  /** Raised by everything that says how many there are: an answer to an older question says nothing. */
  #version = 0;

  constructor(engine: Pick<Engine, 'call' | 'change' | 'events'>) {
    this.#engine = engine;
    engine.events.on('friendRequestChanged', ({ unreadCount }) => this.#count(unreadCount));
    engine.events.on('friendRequestsRead', () => this.#count(0));
    engine.events.on('reset', () => this.#count(0));
  }

  /** Incoming ones that wait and were not seen; 1,000 stands for that many or more. Known from `friends.load` on. */
  get unreadCount(): number {
    return this.#unreadCount;
  }

  /**
   * Asks a user. A request of that user to this one is accepted by it: then `friend` is set, as it is where anyone may add that
   * user. Rejects with ALREADY_EXISTS, BLOCKED, PERMISSION_DENIED, NOT_FOUND or LIMIT_EXCEEDED.
   */
  async send(
    userId: string,
    { text = '', source, remark = '', tags = [] }: RequestWish = {},
  ): Promise<{ readonly friend: Friend | undefined; readonly request: FriendRequest }> {
    const wish = { userId, text, source, remark, tags: [...tags] };
    const { friend, request } = await this.#engine.change(Service, 'sendFriendRequest', wish);
    return { friend, request: answered(request) };
  }

  /** `conversationId`: of their chat. Rejects with CONFLICT when it does not wait any more. */
  async accept(
    userId: string,
    { remark = '', tags = [] }: FriendLabels = {},
  ): Promise<{ readonly friend: Friend; readonly conversationId: string }> {
    const wish = { userId, remark, tags: [...tags] };
    const answer: AcceptFriendRequestResponse = await this.#engine.change(
      Service,
      'acceptFriendRequest',
      wish,
    );
    return { friend: answered(answer.friend), conversationId: answer.conversationId };
  }

  /** Rejects with CONFLICT when it does not wait any more. */
  async reject(userId: string, answer = ''): Promise<FriendRequest> {
    const { request } = await this.#engine.change(Service, 'rejectFriendRequest', {
      userId,
      answer,
    });
    return answered(request);
  }

  /** Takes an own one back. Rejects with CONFLICT when it does not wait any more. */
  async cancel(userId: string): Promise<FriendRequest> {
    return answered(
      (await this.#engine.change(Service, 'cancelFriendRequest', { userId })).request,
    );
  }

  /** Newest change first, by pages of `limit` (50). */
  async list(
    direction: 'incoming' | 'outgoing',
    options: { readonly pageToken?: string; readonly limit?: number } = {},
  ): Promise<ListFriendRequestsResponse> {
    const version = this.#version;
    const request = {
      direction: direction === 'incoming' ? Direction.INCOMING : Direction.OUTGOING,
      ...options,
    };
    const answer = await this.#engine.call(Service, 'listFriendRequests', request);
    if (version === this.#version) this.#unreadCount = answer.unreadCount;
    return answer;
  }

  /** The user has seen the incoming ones: on all devices. */
  async markRead(): Promise<void> {
    const { unreadCount } = await this.#engine.change(Service, 'markFriendRequestsRead', {});
    this.#count(unreadCount);
  }

  #count(unreadCount: number): void {
    this.#version += 1;
    this.#unreadCount = unreadCount;
  }
}
