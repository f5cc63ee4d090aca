import { UserServiceDefinition, type User } from '@queqiao/protocol/client';
import type { Clock } from '../clock.js';
import type { Caller } from '../connection/typed-call.js';
import type { Limits } from '../limits.js';

/** Ids per call; the server's limit. */
const MAX_IDS_PER_CALL = 100;

interface Cached {
  /** Undefined: the app has no such user. */
  readonly user: Promise<User | undefined>;
  readonly untilMs: number;
}

/** Profiles, asked for once and kept for a while; the least recently used goes first. */
export class UserCache {
  readonly #cached = new Map<string, Cached>();

  constructor(private readonly deps: { call: Caller; clock: Clock; limits: Limits }) {}

  get size(): number {
    return this.#cached.size;
  }

  clear(): void {
    this.#cached.clear();
  }

  /** By id; unknown users are left out. Rejects like a call. */
  async get(userIds: readonly string[]): Promise<Map<string, User>> {
    const wanted = [...new Set(userIds)];
    const missing = wanted.filter((id) => !this.#isFresh(id));
    for (let at = 0; at < missing.length; at += MAX_IDS_PER_CALL) {
      this.#ask(missing.slice(at, at + MAX_IDS_PER_CALL));
    }
    const found = new Map<string, User>();
    // Taken before the bound is applied: a request may be larger than the cache.
    const pending = wanted.map(async (id) => this.#use(id));
    this.#evict();
    for (const user of await Promise.all(pending)) if (user) found.set(user.userId, user);
    return found;
  }

  /** Keeps what was told without having been asked for. */
  put(user: User): void {
    this.#cached.delete(user.userId);
    const untilMs = this.deps.clock.now() + this.deps.limits.userTtlMs;
    this.#cached.set(user.userId, { user: Promise.resolve(user), untilMs });
    this.#evict();
  }

  #isFresh(id: string): boolean {
    return (this.#cached.get(id)?.untilMs ?? 0) > this.deps.clock.now();
  }

  #use(id: string): Promise<User | undefined> | undefined {
    const cached = this.#cached.get(id);
    if (cached === undefined) return undefined;
    this.#cached.delete(id);
    this.#cached.set(id, cached);
    return cached.user;
  }

  #ask(ids: readonly string[]): void {
    const answer = this.deps
      .call(UserServiceDefinition, 'getUsers', { userIds: [...ids] })
      .then(({ users }) => new Map(users.map((user) => [user.userId, user])));
    const untilMs = this.deps.clock.now() + this.deps.limits.userTtlMs;
    for (const id of ids) {
      const cached: Cached = { user: answer.then((users) => users.get(id)), untilMs };
      this.#cached.set(id, cached);
      // A failure is not kept: the next one asks again.
      cached.user.catch(() => {
        if (this.#cached.get(id) === cached) this.#cached.delete(id);
      });
    }
  }

  #evict(): void {
    for (const id of this.#cached.keys()) {
      if (this.#cached.size <= this.deps.limits.maxCachedUsers) return;
      this.#cached.delete(id);
    }
  }
}
