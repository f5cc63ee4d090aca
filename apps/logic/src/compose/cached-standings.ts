import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { CachedSource } from '../auth/cached-source.js';
import type { KnownStandings, Standing } from '../usecase/session/standing.js';

const NOTHING: Standing = {
  signedOutMs: 0,
  tokenRevoked: false,
  banned: false,
  erased: false,
  bannedMs: 0,
  nowMs: 0,
};

/** Standings from a cache. None is used that was read longer than STANDING_MAX_AGE_MS before the call. */
export class CachedStandings implements KnownStandings {
  constructor(private readonly cache: CachedSource<[AppId, UserId, DeviceId, string], Standing>) {}

  known(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId,
    tokenId: string,
  ): Standing | null | undefined {
    return this.cache.peek(appId, userId, deviceId, tokenId);
  }

  async standing(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId,
    tokenId: string,
  ): Promise<Standing> {
    return (await this.cache.get(appId, userId, deviceId, tokenId)) ?? NOTHING;
  }
}
