import { DomainError, type AppId, type DeviceId, type UserId } from '@queqiao/domain';
import type { Clock, Registry } from '@queqiao/runtime';
import type {
  AppCredential,
  AppRecord,
  Database,
  SigningKey,
  Standing,
} from '@queqiao/store-mysql';
import { CachedSource } from '../auth/cached-source.js';
import type { TokenSecrets } from '../auth/token-secrets.js';
import { overQuota } from '../usecase/app/quotas.js';
import { STANDING_MAX_AGE_MS } from '../usecase/session/standing.js';

/** How long a changed app, key or credential, or a new count of what an app has, may go unnoticed. */
export const CONFIG_TTL_MS = 5_000;
const MISS_TTL_MS = 2_000;
/** Says only that none is to be made, also of a user who was erased since: who may come in is asked elsewhere. So only memory limits it. */
const KNOWN_USER_TTL_MS = 3_600_000;

export interface Caches {
  readonly apps: CachedSource<[AppId], AppRecord>;
  readonly keys: CachedSource<[AppId, string], SigningKey>;
  readonly credentials: CachedSource<[AppId, string], AppCredential>;
  /** Makes users that do not exist yet. Errors: LIMIT_EXCEEDED (maxUsers). */
  readonly knownUsers: CachedSource<[AppId, UserId], boolean>;
  /** With the id of the token. */
  readonly standings: CachedSource<[AppId, UserId, DeviceId, string], Standing>;
  readonly epoch: CachedSource<[], number>;
}

/** What would otherwise be read again for every call, with a bound and a time to live each. */
export function createCaches(
  { apps, users, revocations, epoch }: Pick<Database, 'apps' | 'users' | 'revocations' | 'epoch'>,
  secrets: Pick<TokenSecrets, 'signingKey'>,
  deps: { readonly clock: Clock; readonly metrics: Registry },
): Caches {
  const options = (name: string, maxEntries: number, ttlMs = CONFIG_TTL_MS) => ({
    name,
    maxEntries,
    ttlMs,
    missTtlMs: MISS_TTL_MS,
  });
  const records = new CachedSource((app: AppId) => apps.app(app), options('apps', 10_000), deps);
  return {
    apps: records,
    keys: new CachedSource(
      async (app: AppId, kid: string) => secrets.signingKey(app, await apps.signingKey(app, kid)),
      options('signing-keys', 10_000),
      deps,
    ),
    credentials: new CachedSource(
      (app: AppId, id: string) => apps.credential(app, id),
      options('credentials', 10_000),
      deps,
    ),
    knownUsers: new CachedSource(
      async (app: AppId, user: UserId) => ensureUser(users, await records.get(app), user),
      options('known-users', 200_000, KNOWN_USER_TTL_MS),
      deps,
    ),
    standings: new CachedSource(
      (...token: [AppId, UserId, DeviceId, string]) => revocations.standing(...token),
      options('standings', 100_000, STANDING_MAX_AGE_MS),
      deps,
    ),
    epoch: new CachedSource(() => epoch.logEpoch(), options('log-epoch', 1), deps),
  };
}

async function ensureUser(
  users: Pick<Database['users'], 'existing' | 'ensure'>,
  app: AppRecord | null,
  user: UserId,
): Promise<boolean> {
  if (app === null) throw new DomainError('UNAUTHENTICATED', 'the app is not known');
  const refusal = overQuota(app, 'maxUsers');
  if (refusal && !(await users.existing(app.appId, [user])).has(user)) throw refusal;
  return users.ensure(app.appId, user);
}
