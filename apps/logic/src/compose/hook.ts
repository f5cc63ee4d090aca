import { randomUUID } from 'node:crypto';
import type { AppId } from '@queqiao/domain';
import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Database, StoredBeforeSendHook } from '@queqiao/store-mysql';
import { questionEncoder, serverHookService, type AnyService } from '../api/index.js';
import { CachedSource } from '../auth/cached-source.js';
import {
  BeforeSend,
  HookFailure,
  HookHealth,
  HttpHookCaller,
  type BeforeSendHook,
  type HookCaller,
} from '../hook/index.js';
import {
  allowsHost,
  newSigningSecret,
  signingSecretText,
  type SecretBox,
} from '../outbound/index.js';
import type { Refusals } from '../usecase/admin/ports.js';
import { ManageHook } from '../usecase/hook/manage-hook.js';
import type { HookSecrets } from '../usecase/hook/ports.js';
import type { BeforeSendJudge } from '../usecase/message/ports.js';
import type { Outbound } from './webhooks.js';
import { callsOf } from './calls.js';

/** How long a hook that was set, changed or deleted may go unnoticed. */
const HOOKS_TTL_MS = 4_000;
/** Apps whose hooks, or the lack of one, are remembered. */
const HOOKS_MAX_KNOWN = 10_000;

export interface HookDeps {
  readonly database: Pick<Database, 'hooks' | 'whileWanted'>;
  /** Undefined: without a key for secrets nobody can be asked. */
  readonly outbound: Outbound | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** What apps have to say before messages of their users are stored. */
export function beforeSendJudge(deps: HookDeps): BeforeSendJudge {
  const { database, outbound, clock, logger, metrics } = deps;
  const options = { maxEntries: HOOKS_MAX_KNOWN, ttlMs: HOOKS_TTL_MS, missTtlMs: HOOKS_TTL_MS };
  const known = new CachedSource(
    async (appId: AppId) => opened(appId, await database.hooks.beforeSend(appId), outbound),
    { name: 'before-send-hooks', ...options },
    { clock, metrics },
  );
  const hooks = { beforeSend: (appId: AppId) => known.get(appId) };
  const health = new HookHealth({ rows: database.hooks, clock, logger, metrics });
  return new BeforeSend({ hooks, caller: hookCaller(outbound, clock), health, metrics });
}

/** The service by which back ends say where to ask; none without somewhere to keep secrets. */
export function hookServices(
  { database, outbound }: HookDeps,
  refusals: Refusals,
): readonly AnyService[] {
  if (outbound === undefined) return [];
  const { box } = outbound;
  const { allowHttp, allowPrivate } = outbound.rules;
  const rules = { allowHttp, allowsHost: (url: URL) => allowsHost(url, allowPrivate) };
  const secrets = hookSecrets(box);
  const manageHook = callsOf(database)(
    ({ hooks }) => new ManageHook({ hooks, refusals, secrets, rules }),
  );
  return [serverHookService({ manageHook })];
}

/** A hook that was set when there was a key fails without one, as one that does not answer. */
function hookCaller(outbound: Outbound | undefined, clock: Clock): HookCaller {
  if (outbound === undefined) return { ask: () => Promise.reject(new HookFailure('secret')) };
  const { requests } = outbound;
  return new HttpHookCaller({ requests, clock, newId: randomUUID, encode: questionEncoder() });
}

function hookSecrets(box: SecretBox): HookSecrets {
  return {
    make: (appId) => box.seal(newSigningSecret(), purposeOf(appId)),
    show(appId, sealed) {
      const secret = box.open(sealed, purposeOf(appId));
      return secret && signingSecretText(secret);
    },
  };
}

/** A secret that does not open signs nothing; with none that does the hook is not asked, and counts as one that fails. */
function opened(
  appId: AppId,
  hook: StoredBeforeSendHook | null,
  outbound: Outbound | undefined,
): BeforeSendHook | null {
  if (hook === null) return null;
  const secrets = hook.secrets.flatMap(
    (sealed) => outbound?.box.open(sealed, purposeOf(appId)) ?? [],
  );
  return { ...hook, secrets };
}

function purposeOf(appId: AppId): string {
  return `before-send-hook ${appId}`;
}
