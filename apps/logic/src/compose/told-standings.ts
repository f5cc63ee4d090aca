import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';
import type { CachedSource } from '../auth/cached-source.js';
import type { Standing, Standings } from '../usecase/session/standing.js';
import type { ToldStandings } from '../usecase/token/ports.js';
import { STANDING_TTL_MS } from './caches.js';

const NOTHING: Standing = {
  signedOutMs: 0,
  tokenRevoked: false,
  banned: false,
  erased: false,
  bannedMs: 0,
};

/** Users whose answers in the cache are not used. More than that, and the oldest are again, for the rest of their time to live. */
export const TOLD_MAX_USERS = 10_000;

/**
 * Standings from a cache that is up to two seconds old, but for users of whom this node itself was told something since: it holds
 * at once what it has answered.
 */
export class CachedStandings implements Standings, ToldStandings {
  /** Until when the cache is passed by, in the order of these times. */
  readonly #untilMs = new Map<string, number>();

  constructor(
    private readonly deps: {
      readonly cache: CachedSource<[AppId, UserId, DeviceId, string], Standing>;
      readonly source: Standings;
      readonly clock: Clock;
    },
  ) {}

  told(appId: AppId, userId: UserId): void {
    const key = `${appId}:${userId}`;
    this.#untilMs.delete(key);
    this.#untilMs.set(key, this.deps.clock.monotonic() + STANDING_TTL_MS);
    if (this.#untilMs.size <= TOLD_MAX_USERS) return;
    const [oldest] = this.#untilMs.keys();
    if (oldest !== undefined) this.#untilMs.delete(oldest);
  }

  async standing(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId,
    tokenId: string,
  ): Promise<Standing> {
    const { cache, source } = this.deps;
    if (this.#passedBy(`${appId}:${userId}`)) {
      return source.standing(appId, userId, deviceId, tokenId);
    }
    const standing = await cache.get(appId, userId, deviceId, tokenId);
    return standing ?? NOTHING;
  }

  #passedBy(key: string): boolean {
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined) return false;
    if (untilMs > this.deps.clock.monotonic()) return true;
    this.#untilMs.delete(key);
    return false;
  }
}
