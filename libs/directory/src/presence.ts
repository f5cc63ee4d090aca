import { bucketOf } from './bucket.js';
import type { DirectoryKeys } from './keys.js';
import type { RedisClient } from './redis-client.js';
import { evaluate, type RedisConnection } from './redis-connection.js';
import { ADD_WATCHER } from './scripts/add-watcher.js';
import { FORGET_WATCHED } from './scripts/forget-watched.js';
import { NOTE_WATCHED } from './scripts/note-watched.js';
import { ONLINE_PLATFORMS } from './scripts/online-platforms.js';
import { REMOVE_WATCHER } from './scripts/remove-watcher.js';
import { TAKE_CHANGE } from './scripts/take-change.js';
import type { PresenceChange, UserKey, Watching } from './types.js';

/** Users whose changes one user is told at a time. */
export const MAX_WATCHED = 200;
/** Users that are told of one user's changes at a time. */
export const MAX_WATCHERS = 500;
/** Users of one call: what a Redis answers well within the command timeout. */
export const MAX_PRESENCE_USERS = 200;

/** Who is online, and who is to be told when that changes. */
export class Presence {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: DirectoryKeys,
  ) {}

  platformsOf(users: readonly UserKey[]): Promise<string[][]> {
    return this.#each('platforms-of', users, async (client, user) => {
      const [, , ...keys] = this.#keysOf(user);
      return (await evaluate(client, ONLINE_PLATFORMS, keys, [])) as string[];
    });
  }

  async noteWatched(
    viewer: UserKey,
    userIds: readonly string[],
    lastsMs: number,
  ): Promise<boolean> {
    bounded(userIds);
    const args = [lastsMs, MAX_WATCHED, ...userIds];
    const noted = await this.redis.run('note-watched', (client) =>
      evaluate(client, NOTE_WATCHED, [this.keys.watched(viewer)], args),
    );
    return noted === 1;
  }

  addWatcher(
    { appId, userId: viewer }: UserKey,
    userIds: readonly string[],
    lastsMs: number,
  ): Promise<Watching[]> {
    const users = userIds.map((userId) => ({ appId, userId }));
    return this.#each('add-watcher', users, async (client, user) => {
      const args = [viewer, lastsMs, MAX_WATCHERS];
      const reply = await evaluate(client, ADD_WATCHER, this.#keysOf(user), args);
      const [status, ...platforms] = reply as string[];
      return { watching: status === 'watching', platforms };
    });
  }

  async removeWatcher(viewer: UserKey, userIds: readonly string[]): Promise<void> {
    bounded(userIds);
    const { appId } = viewer;
    const removed = await this.redis.run('forget-watched', (client) =>
      evaluate(client, FORGET_WATCHED, [this.keys.watched(viewer)], userIds),
    );
    const users = (removed as string[]).map((userId) => ({ appId, userId }));
    await this.#each('remove-watcher', users, (client, user) =>
      evaluate(client, REMOVE_WATCHER, [this.keys.watchers(user)], [viewer.userId]),
    );
  }

  async takeChanges(users: readonly UserKey[]): Promise<PresenceChange[]> {
    const changes = await this.#each('take-changes', users, async (client, user) => {
      const reply = await evaluate(client, TAKE_CHANGE, this.#keysOf(user), []);
      const [state, ...watchers] = reply as string[];
      if (state === undefined) return [];
      const { userId } = user;
      return [{ userId, platforms: state === '' ? [] : state.split(','), watchers }];
    });
    return changes.flat();
  }

  #keysOf(user: UserKey): string[] {
    const { keys } = this;
    const canaries = keys.canaries(bucketOf(user.appId, user.userId));
    return [keys.watchers(user), keys.told(user), keys.user(user), canaries];
  }

  /** All in one go: nothing waits for the answer of another. */
  async #each<T>(
    operation: string,
    users: readonly UserKey[],
    ask: (client: RedisClient, user: UserKey) => Promise<T>,
  ): Promise<T[]> {
    bounded(users);
    if (users.length === 0) return [];
    return this.redis.run(operation, (client) =>
      Promise.all(users.map((user) => ask(client, user))),
    );
  }
}

function bounded(users: readonly unknown[]): void {
  if (users.length > MAX_PRESENCE_USERS) {
    throw new RangeError(`at most MAX_PRESENCE_USERS (${MAX_PRESENCE_USERS}) users`);
  }
}
