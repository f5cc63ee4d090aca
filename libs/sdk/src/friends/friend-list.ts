import {
  FriendServiceDefinition as Service,
  type Friend,
  type ListFriendsResponse,
} from '@queqiao/protocol/client';
import { retrying, turnOver, type SessionTurn } from '../actions/session-turn.js';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller } from '../connection/typed-call.js';
import { asQueqiaoError, type QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import type { SelfFeedEvents } from '../users/self-feed.js';

/** Friends per answer; the server's limit. */
const MAX_FRIENDS_PER_PAGE = 500;

type FriendChange = SelfFeedEvents['friendChanged'];

export interface FriendListDeps {
  readonly call: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly newBackoff: () => Backoff;
  readonly onChange: () => void;
}

/**
 * The user's friends: asked for once, page by page, then kept by what the self feed tells; after every reconnect one question
 * answers what has changed since the last answer. What the feed tells while a question is under way is laid over its answer.
 */
export class FriendList {
  #friends: ReadonlyMap<string, Friend> = new Map();
  #sorted: readonly Friend[] = [];
  /** The answers hold everything that the self feed tells up to here; 0: nothing was answered. */
  #feedSeq = 0;
  #loaded = false;
  #wanted = false;
  #turn: SessionTurn | undefined;
  #asking: SessionTurn | undefined;
  /** Told since the question that is under way was begun. */
  #told: FriendChange[] = [];
  /** Raised when everything known is void. */
  #version = 0;
  readonly #waiters: { resolve(): void; reject(error: QueqiaoError): void }[] = [];

  constructor(private readonly deps: FriendListDeps) {}

  get loaded(): boolean {
    return this.#loaded;
  }

  /** By user id. */
  get friends(): readonly Friend[] {
    return this.#sorted;
  }

  get(userId: string): Friend | undefined {
    return this.#friends.get(userId);
  }

  /** Resolves when all are here. Rejects when the server refuses, or when the client ends before. */
  load(): Promise<void> {
    this.#wanted = true;
    if (this.#loaded) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    if (this.#turn !== undefined) void this.#ask(this.#turn);
    return done;
  }

  /** A new session: what has changed meanwhile is asked for. */
  begin(turn: SessionTurn): void {
    this.#turn = turn;
    if (this.#wanted) void this.#ask(turn);
  }

  /** The client ends: nobody should wait. */
  abandon(): void {
    for (const one of this.#waiters.splice(0)) one.reject(turnOver());
  }

  /** Another user or log epoch: nothing known is true any more. */
  reset(): void {
    const wasLoaded = this.#loaded;
    this.#version += 1;
    this.#friends = new Map();
    this.#feedSeq = 0;
    this.#loaded = false;
    this.#told = [];
    if (wasLoaded) this.#tell();
    // A question that is under way is begun anew when its answer comes.
    if (this.#wanted && this.#turn !== undefined) void this.#ask(this.#turn);
  }

  heard(change: FriendChange): void {
    if (this.#asking !== undefined) this.#told.push(change);
    if (!this.#loaded || change.feedSeq <= this.#feedSeq) return;
    const friends = new Map(this.#friends);
    if (!this.#lay(friends, change)) return;
    this.#friends = friends;
    this.#tell();
  }

  async #ask(turn: SessionTurn): Promise<void> {
    if (!turn.alive || this.#asking === turn) return;
    this.#asking = turn;
    const { clock, newBackoff } = this.deps;
    try {
      await retrying({ clock, turn, backoff: newBackoff() }, () => this.#question(turn));
      for (const one of this.#waiters.splice(0)) one.resolve();
    } catch (failure) {
      // The next session begins it anew.
      if (turn.alive) {
        for (const one of this.#waiters.splice(0)) one.reject(asQueqiaoError(failure));
      }
    } finally {
      if (this.#asking === turn) this.#asking = undefined;
    }
  }

  async #question(turn: SessionTurn): Promise<void> {
    const version = this.#version;
    const sinceFeedSeq = this.#feedSeq;
    this.#told = [];
    const friends = new Map(this.#friends);
    let feedSeq: number | undefined;
    let pageToken = '';
    do {
      const request = { sinceFeedSeq, pageToken, limit: MAX_FRIENDS_PER_PAGE };
      const answer = await this.deps.call(Service, 'listFriends', request, {
        thisSessionOnly: true,
      });
      turn.check();
      // The turn goes on: it is asked again at once.
      if (version !== this.#version) throw turnOver();
      this.#take(friends, answer);
      feedSeq ??= answer.feedSeq;
      pageToken = answer.nextPageToken;
    } while (pageToken !== '');
    this.#feedSeq = feedSeq;
    for (const change of this.#told) if (change.feedSeq > feedSeq) this.#lay(friends, change);
    this.#told = [];
    this.#friends = friends;
    this.#loaded = true;
    this.#tell();
  }

  #take(friends: Map<string, Friend>, answer: ListFriendsResponse): void {
    for (const id of answer.removedUserIds) friends.delete(id);
    for (const friend of answer.friends) {
      const known = friends.get(friend.userId);
      if (known === undefined && friends.size >= this.deps.limits.maxListedFriends) continue;
      if ((known?.feedSeq ?? 0) <= friend.feedSeq) friends.set(friend.userId, friend);
    }
  }

  /** False when nothing is different by it. */
  #lay(friends: Map<string, Friend>, { friend, removed }: FriendChange): boolean {
    const known = friends.get(friend.userId);
    if (known !== undefined && known.feedSeq >= friend.feedSeq) return false;
    if (removed) return friends.delete(friend.userId);
    if (known === undefined && friends.size >= this.deps.limits.maxListedFriends) return false;
    friends.set(friend.userId, friend);
    return true;
  }

  #tell(): void {
    const byId = (a: Friend, b: Friend): number => (a.userId < b.userId ? -1 : 1);
    this.#sorted = [...this.#friends.values()].sort(byId);
    this.deps.onChange();
  }
}
