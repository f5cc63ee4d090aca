import type { QueqiaoClient } from '@queqiao/sdk';
import type { FriendWish, PeopleChange, Profile } from '../state/people-state.js';
import type { PeopleActions } from './people-actions.js';
import {
  changedProfile,
  changedSettings,
  toFriend,
  toPresence,
  toProfile,
  toProtoWish,
  toRequest,
} from './people-mapper.js';
import { PresenceWatch } from './presence-watch.js';
import { telling, type Reasons } from './told-problem.js';

/** Requests of each direction and blocked people that the page shows. */
const MAX_LISTED = 100;

/** The part of the client library that is about people. */
export type PeopleClient = Pick<QueqiaoClient, 'on' | 'users' | 'friends' | 'presence'>;

export interface PeopleSessionDeps {
  readonly client: PeopleClient;
  readonly tell: (change: PeopleChange) => void;
  /** These people are shown: their names are wanted. */
  readonly onPeople: (userIds: readonly string[]) => void;
}

const ASKING: Reasons = {
  BLOCKED: 'theyBlockedYou',
  PERMISSION_DENIED: 'mayNotAsk',
  ALREADY_EXISTS: 'friendsAlready',
  LIMIT_EXCEEDED: 'tooManyFriends',
};
const ANSWERING: Reasons = { ...ASKING, CONFLICT: 'noLongerWaits', NOT_FOUND: 'noLongerWaits' };

/** Turns what the client library tells of people into state, and what the person wants of them into calls. */
export class PeopleSession implements PeopleActions {
  readonly #deps: PeopleSessionDeps;
  readonly #presence: PresenceWatch;
  #profile: Profile | undefined;
  #query = '';

  constructor(deps: PeopleSessionDeps) {
    this.#deps = deps;
    this.#presence = new PresenceWatch(deps.client.presence, (presences) =>
      deps.tell({ kind: 'presences', presences: presences.map(toPresence) }),
    );
  }

  start(): void {
    const { client, tell } = this.#deps;
    client.on('friends', ({ friends }) => {
      tell({ kind: 'friends', friends: friends.map(toFriend) });
      this.#shown(friends.map(({ userId }) => userId));
    });
    client.on('friendRequestChanged', ({ request }) => {
      this.#tellRequests([toRequest(request)]);
      this.#count();
    });
    client.on('friendRequestsRead', () => this.#count());
    client.on('blockChanged', ({ userId, blocked }) => {
      tell({ kind: 'blocked', userId, blocked });
      this.#deps.onPeople([userId]);
    });
    client.on('profileChanged', (me) => this.#tellProfile(toProfile(me)));
    client.on('presence', (presence) =>
      tell({ kind: 'presences', presences: [toPresence(presence)] }),
    );
    void this.#load();
  }

  /** The person is connected: what could not be asked for before is asked for now. */
  online(): void {
    if (this.#profile === undefined) void this.#load();
    this.#presence.retry();
  }

  async search(query: string): Promise<void> {
    this.#query = query;
    if (query === '') {
      this.#deps.tell({ kind: 'found', found: undefined });
      return;
    }
    const { users } = await telling(this.#deps.client.users.search(query));
    // What was typed since is asked for by itself.
    if (query !== this.#query) return;
    const people = users.flatMap(({ user }) => (user ? [user] : []));
    this.#deps.tell({ kind: 'found', found: { query, people } });
  }

  async ask(userId: string, text: string): Promise<void> {
    await telling(this.#deps.client.friends.requests.send(userId, { text }), ASKING);
  }

  async accept(userId: string): Promise<void> {
    await telling(this.#deps.client.friends.requests.accept(userId), ANSWERING);
  }

  async reject(userId: string): Promise<void> {
    await telling(this.#deps.client.friends.requests.reject(userId), ANSWERING);
  }

  async cancel(userId: string): Promise<void> {
    await telling(this.#deps.client.friends.requests.cancel(userId), ANSWERING);
  }

  seeRequests(): void {
    const { requests } = this.#deps.client.friends;
    if (requests.unreadCount === 0) return;
    void requests.markRead().then(
      () => this.#count(),
      () => undefined,
    );
  }

  async decide(userId: string, wish: FriendWish): Promise<void> {
    const { friends } = this.#deps.client;
    await telling(friends.update(userId, toProtoWish(wish)), { NOT_FOUND: 'noFriend' });
  }

  async remove(userId: string): Promise<void> {
    await telling(this.#deps.client.friends.delete(userId));
  }

  async block(userId: string, blocked: boolean): Promise<void> {
    const { friends } = this.#deps.client;
    await telling(blocked ? friends.block(userId) : friends.unblock(userId));
  }

  async saveProfile(profile: Profile): Promise<void> {
    const before = this.#profile;
    if (before === undefined) return;
    const { users } = this.#deps.client;
    const patch = changedProfile(before, profile);
    if (Object.keys(patch).length > 0) {
      await telling(users.updateMe(patch), { ALREADY_EXISTS: 'handleTaken' });
    }
    const settings = changedSettings(before, profile);
    if (Object.keys(settings).length > 0) await telling(users.updateMySettings(settings));
  }

  watch(userIds: readonly string[]): void {
    this.#presence.want(userIds);
  }

  async #load(): Promise<void> {
    const { client, tell } = this.#deps;
    const { friends } = client;
    try {
      const page = { limit: MAX_LISTED };
      const [me, incoming, outgoing, blocks] = await Promise.all([
        client.users.me(),
        friends.requests.list('incoming', page),
        friends.requests.list('outgoing', page),
        friends.listBlocks(page),
        friends.load(),
      ]);
      this.#tellProfile(toProfile(me));
      this.#tellRequests([...incoming.requests, ...outgoing.requests].map(toRequest));
      for (const userId of blocks.userIds) tell({ kind: 'blocked', userId, blocked: true });
      this.#deps.onPeople(blocks.userIds);
      this.#count();
    } catch {
      // Without a connection: asked for again once there is one.
    }
  }

  #tellProfile(profile: Profile): void {
    this.#profile = profile;
    this.#deps.tell({ kind: 'profile', profile });
  }

  #tellRequests(requests: readonly ReturnType<typeof toRequest>[]): void {
    this.#deps.tell({ kind: 'requests', requests });
    this.#deps.onPeople(requests.flatMap(({ fromId, toId }) => [fromId, toId]));
  }

  #count(): void {
    const { unreadCount: count } = this.#deps.client.friends.requests;
    this.#deps.tell({ kind: 'unread-requests', count });
  }

  #shown(userIds: readonly string[]): void {
    this.#deps.onPeople(userIds);
    this.#presence.want(userIds);
  }
}
