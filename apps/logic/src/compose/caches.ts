import type { AppId, UserId } from '@queqiao/domain';
import type { Clock, Registry } from '@queqiao/runtime';
import type { AppCredential, AppRecord, Database, SigningKey } from '@queqiao/store-mysql';
import { CachedSource } from '../auth/cached-source.js';

/** How long a changed app, key or credential may go unnoticed. */
const CONFIG_TTL_MS = 5_000;
const MISS_TTL_MS = 2_000;
/** Users are never removed, so only memory limits this one. */
const KNOWN_USER_TTL_MS = 3_600_000;

export interface Caches {
  readonly apps: CachedSource<[AppId], AppRecord>;
  readonly keys: CachedSource<[AppId, string], SigningKey>;
  readonly credentials: CachedSource<[AppId, string], AppCredential>;
  /** Makes users that do not exist yet. */
  readonly knownUsers: CachedSource<[AppId, UserId], boolean>;
  readonly epoch: CachedSource<[], number>;
}

/** What would otherwise be read again for every call, with a bound and a time to live each. */
export function createCaches(
  { apps, users, epoch }: Pick<Database, 'apps' | 'users' | 'epoch'>,
  deps: { readonly clock: Clock; readonly metrics: Registry },
): Caches {
  const options = (name: string, maxEntries: number, ttlMs = CONFIG_TTL_MS) => ({
    name,
    maxEntries,
    ttlMs,
    missTtlMs: MISS_TTL_MS,
  });
  return {
    apps: new CachedSource((app: AppId) => apps.app(app), options('apps', 10_000), deps),
    keys: new CachedSource(
      (app: AppId, kid: string) => apps.signingKey(app, kid),
      options('signing-keys', 10_000),
      deps,
    ),
    credentials: new CachedSource(
      (app: AppId, id: string) => apps.credential(app, id),
      options('credentials', 10_000),
      deps,
    ),
    knownUsers: new CachedSource(
      (app: AppId, user: UserId) => users.ensure(app, user),
      options('known-users', 200_000, KNOWN_USER_TTL_MS),
      deps,
    ),
    epoch: new CachedSource(() => epoch.logEpoch(), options('log-epoch', 1), deps),
  };
}
