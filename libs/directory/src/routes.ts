import { bucketOf } from './bucket.js';
import { DirectoryUnavailable } from './directory-unavailable.js';
import { memberOf, type DirectoryKeys } from './keys.js';
import { evaluate, type RedisConnection } from './redis-connection.js';
import { encodeLine, parseLine, parseLines } from './route-line.js';
import { REGISTER } from './scripts/register.js';
import { UNREGISTER } from './scripts/unregister.js';
import type {
  DevicePolicy,
  RegisterResult,
  Route,
  RouteEntry,
  RouteIdentity,
  UserKey,
} from './types.js';

/** Entries that one touchAll takes: what a Redis answers well within the command timeout. */
export const MAX_TOUCH_BATCH = 500;
/** Keys of one MGET; a longer list is read in several. */
export const MAX_KEYS_PER_READ = 1_000;

export interface RoutesOptions {
  readonly routeTtlMs: number;
  readonly maxRoutesPerUser: number;
  readonly maxEvictedPerUser: number;
}

/** The lines of users: who is connected where. */
export class Routes {
  readonly #redis: RedisConnection;
  readonly #keys: DirectoryKeys;
  readonly #options: RoutesOptions;

  constructor(redis: RedisConnection, keys: DirectoryKeys, options: RoutesOptions) {
    this.#redis = redis;
    this.#keys = keys;
    this.#options = options;
  }

  async register(user: UserKey, route: Route, policy: DevicePolicy): Promise<RegisterResult> {
    return this.#write('register', user, route, policy, false);
  }

  async touch(user: UserKey, route: Route): Promise<RegisterResult> {
    return this.#write('touch', user, route, { mode: 'unlimited' }, true);
  }

  async touchAll(
    entries: readonly RouteEntry[],
  ): Promise<(RegisterResult | DirectoryUnavailable)[]> {
    if (entries.length > MAX_TOUCH_BATCH) {
      throw new RangeError(`touchAll takes at most ${MAX_TOUCH_BATCH} entries`);
    }
    return Promise.all(
      entries.map((entry) =>
        this.touch(entry, entry.route).catch((error: unknown) => {
          if (error instanceof DirectoryUnavailable) return error;
          throw error;
        }),
      ),
    );
  }

  async unregister(user: UserKey, identity: RouteIdentity): Promise<boolean> {
    const { deviceId, bootId, session } = identity;
    const removed = await this.#redis.run('unregister', (client) =>
      evaluate(client, UNREGISTER, [this.#keys.user(user)], [deviceId, bootId, session]),
    );
    return removed === 1;
  }

  async routesOf(users: readonly UserKey[]): Promise<Route[][]> {
    if (users.length === 0) return [];
    const found = new Array<Route[]>(users.length);
    await this.#redis.run('routes-of', (client) =>
      Promise.all(
        this.#reads(users).map(async (places) => {
          const texts = await client.mget(places.map((place) => place.key));
          places.forEach((place, at) => (found[place.index] = parseLines(texts[at])));
        }),
      ),
    );
    return found;
  }

  /** The MGETs to send: by bucket on a cluster, where one command may touch one slot only. */
  #reads(users: readonly UserKey[]): Place[][] {
    const groups = new Map<number, Place[]>();
    users.forEach((user, index) => {
      const group = this.#redis.isCluster ? bucketOf(user.appId, user.userId) : 0;
      const places = groups.get(group) ?? [];
      places.push({ index, key: this.#keys.user(user) });
      groups.set(group, places);
    });
    return [...groups.values()].flatMap(chunked);
  }

  async #write(
    operation: string,
    user: UserKey,
    route: Route,
    policy: DevicePolicy,
    asserted: boolean,
  ): Promise<RegisterResult> {
    const keys = [this.#keys.user(user), this.#keys.canaries(bucketOf(user.appId, user.userId))];
    const args = this.#arguments(route, policy, asserted);
    const reply = await this.#redis.run(operation, (client) =>
      evaluate(client, REGISTER, keys, args),
    );
    const [status, ...evicted] = reply as string[];
    if (status === 'superseded') return { status };
    return { status: 'registered', evicted: evicted.flatMap((line) => parseLine(line) ?? []) };
  }

  #arguments(route: Route, policy: DevicePolicy, asserted: boolean): (string | number)[] {
    const line = encodeLine(route);
    const { deviceId, generation, platform, session } = route;
    const max = policy.mode === 'max-per-user' ? policy.max : 0;
    if (policy.mode === 'max-per-user' && !(Number.isSafeInteger(max) && max >= 1)) {
      throw new RangeError('a device policy of max-per-user needs a max of at least 1');
    }
    const identity = [deviceId, generation, memberOf(route), platform, session, line];
    const { routeTtlMs, maxRoutesPerUser, maxEvictedPerUser } = this.#options;
    const limits = [routeTtlMs, maxRoutesPerUser, maxEvictedPerUser];
    return [...identity, policy.mode, max, asserted ? '1' : '0', ...limits];
  }
}

interface Place {
  readonly index: number;
  readonly key: string;
}

function chunked(places: Place[]): Place[][] {
  const chunks: Place[][] = [];
  for (let from = 0; from < places.length; from += MAX_KEYS_PER_READ) {
    chunks.push(places.slice(from, from + MAX_KEYS_PER_READ));
  }
  return chunks;
}
