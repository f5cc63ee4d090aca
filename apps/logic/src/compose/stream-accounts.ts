import type { AppId } from '@queqiao/domain';
import type { Clock, Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import type { RefusalGate } from '../api/index.js';
import { CachedSource } from '../auth/cached-source.js';
import { CredentialVerifier } from '../auth/credential-verifier.js';
import type { Apps } from '../usecase/app/ports.js';

/** How old what says whether a stream may go on can be: all streams of a credential and of an app share one read in that time. */
export const STREAM_ACCOUNT_TTL_MS = 1_000;

/** Whose streams may go on, past the caches of what calls go by. */
export function streamAccounts(
  { apps }: Pick<Database, 'apps'>,
  deps: { readonly clock: Clock; readonly metrics: Registry },
): {
  readonly credentials: CredentialVerifier;
  readonly apps: Apps;
  readonly refusals: Pick<RefusalGate, 'take'>;
} {
  const ttlMs = STREAM_ACCOUNT_TTL_MS;
  const options = { maxEntries: 10_000, ttlMs, missTtlMs: ttlMs };
  const credentials = new CachedSource(
    (app: AppId, id: string) => apps.credential(app, id),
    { name: 'stream-credentials', ...options },
    deps,
  );
  const records = new CachedSource(
    (app: AppId) => apps.app(app),
    { name: 'stream-apps', ...options },
    deps,
  );
  return {
    credentials: new CredentialVerifier({ credentials }),
    apps: { app: (appId) => records.get(appId) },
    // Who holds a stream was let in; that it ends is no attempt of its address.
    refusals: { take: () => undefined },
  };
}
