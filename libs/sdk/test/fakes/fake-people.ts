import { DomainError } from '@queqiao/domain';
import {
  Friend,
  FriendRequest,
  FriendRequest_State as State,
  RequestsRead_List,
  type Content,
} from '@queqiao/protocol/client';
import type { FakeServer } from './fake-server.js';

type Body = NonNullable<Content['body']>;
type Labels = Partial<Omit<Friend, 'userId'>>;

export interface FriendRow {
  readonly friend: Friend;
  readonly active: boolean;
}

/** Who is whose friend, who asks whom and who blocks whom; all that changes is told in self feeds. */
export class FakePeople {
  /** Friends of one answer at most. */
  maxPage = 500;
  readonly #friends = new Map<string, Map<string, FriendRow>>();
  readonly #requests = new Map<string, FriendRequest>();
  readonly #blocks = new Map<string, Set<string>>();
  /** By user and request id: what is repeated changes nothing. */
  readonly #answers = new Map<string, Uint8Array>();

  constructor(private readonly server: FakeServer) {}

  /** Carries a change out, unless it was before. */
  once(user: string, requestId: string, change: () => Uint8Array): Uint8Array {
    const key = `${user} ${requestId}`;
    const answer = this.#answers.get(key) ?? change();
    this.#answers.set(key, answer);
    return answer;
  }

  tell(user: string, by: string, body: Body): void {
    this.server.change(this.#feedOf(user), by, body);
  }

  feedSeq(user: string): number {
    return this.server.log.entries(this.#feedOf(user)).length;
  }

  friends(user: string): FriendRow[] {
    return [...this.#list(user).values()];
  }

  requests(): FriendRequest[] {
    return [...this.#requests.values()];
  }

  blocks(user: string): string[] {
    return [...(this.#blocks.get(user) ?? [])].sort();
  }

  unread(user: string): number {
    const waiting = this.requests().filter(({ state }) => state === State.PENDING);
    return waiting.filter(({ toUserId, read }) => toUserId === user && !read).length;
  }

  /** In both lists. */
  befriend(user: string, friendId: string, labels: Labels = {}): Friend {
    this.#set(friendId, user, { userId: user }, true);
    return this.#set(user, user, { ...labels, userId: friendId }, true);
  }

  part(user: string, friendId: string): void {
    this.#set(friendId, user, { userId: user }, false);
    this.#set(user, user, { userId: friendId }, false);
  }

  label(user: string, friendId: string, labels: Labels): Friend {
    if (this.#list(user).get(friendId)?.active !== true) {
      throw new DomainError('NOT_FOUND', 'not a friend');
    }
    return this.#set(user, user, { ...labels, userId: friendId }, true);
  }

  ask(from: string, to: string, text = ''): FriendRequest {
    const wish = { fromUserId: from, toUserId: to, text, state: State.PENDING };
    return this.#put(from, FriendRequest.create(wish));
  }

  settle(by: string, from: string, to: string, change: Partial<FriendRequest>): FriendRequest {
    const known = this.#requests.get(`${from} ${to}`);
    if (known === undefined) throw new DomainError('NOT_FOUND', 'no such request');
    if (known.state !== State.PENDING) throw new DomainError('CONFLICT', 'no longer pending');
    return this.#put(by, { ...known, ...change });
  }

  markRead(user: string): void {
    for (const [key, request] of this.#requests) {
      if (request.toUserId === user) this.#requests.set(key, { ...request, read: true });
    }
    const value = { list: RequestsRead_List.FRIEND_REQUESTS };
    this.tell(user, user, { $case: 'requestsRead', value });
  }

  block(user: string, userId: string, blocked: boolean): void {
    const blocks = this.#blocks.get(user) ?? new Set<string>();
    this.#blocks.set(user, blocks);
    if (blocked) blocks.add(userId);
    else blocks.delete(userId);
    this.tell(user, user, { $case: 'blockChanged', value: { userId, blocked } });
  }

  #feedOf(user: string): string {
    const id = `s:${user}`;
    if (!this.server.log.has(id)) this.server.log.createConversation(id, { [user]: 0 });
    return id;
  }

  #list(user: string): Map<string, FriendRow> {
    const list = this.#friends.get(user) ?? new Map<string, FriendRow>();
    this.#friends.set(user, list);
    return list;
  }

  #set(
    user: string,
    by: string,
    change: Partial<Friend> & { readonly userId: string },
    active: boolean,
  ): Friend {
    const known = this.#list(user).get(change.userId)?.friend;
    const friend = Friend.create({ ...known, ...change, feedSeq: this.feedSeq(user) + 1 });
    this.#list(user).set(friend.userId, { friend, active });
    this.tell(user, by, { $case: 'friendChanged', value: { friend, removed: !active } });
    return friend;
  }

  #put(by: string, request: FriendRequest): FriendRequest {
    const { fromUserId, toUserId } = request;
    this.#requests.set(`${fromUserId} ${toUserId}`, request);
    for (const user of [fromUserId, toUserId]) {
      const value = { request, unreadCount: this.unread(user) };
      this.tell(user, by, { $case: 'friendRequestChanged', value });
    }
    return request;
  }
}
