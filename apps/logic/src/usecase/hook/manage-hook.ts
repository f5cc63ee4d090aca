import { invalidArgument } from '@queqiao/domain';

import type { Refusals } from '../admin/ports.js';
import type { BusinessContext } from '../caller.js';
import { recorded } from '../admin/recorded.js';
import { checkUrl, type UrlRules } from '../outbound/check-url.js';
import type { HookInfo, HookSecrets, ManagedHooks } from './ports.js';

/** Senders wait for a hook, so it may not take long; and one that may take no time at all could never answer. */
export const HOOK_MIN_TIMEOUT_MS = 50;
export const HOOK_MAX_TIMEOUT_MS = 3_000;
export const HOOK_DEFAULT_TIMEOUT_MS = 500;

export interface SetHookInput {
  readonly clientRequestId: string;
  readonly url: string;
  /** 0: HOOK_DEFAULT_TIMEOUT_MS. */
  readonly timeoutMs: number;
  /** Null: the request named none. */
  readonly onFailure: 'allow' | 'refuse' | null;
  readonly rotateSecret: boolean;
}

export interface ManageHookDeps {
  readonly hooks: ManagedHooks;
  readonly secrets: HookSecrets;
  readonly refusals: Refusals;
  readonly rules: UrlRules;
}

/** An app's before-send hook. Errors: INVALID_ARGUMENT, ALREADY_EXISTS, LIMIT_EXCEEDED, UNAVAILABLE. */
export class ManageHook {
  constructor(readonly deps: ManageHookDeps) {}

  /** With the secret that the call made, or the one that it repeats; empty: it made none, or that can be read no more. */
  async set(
    context: BusinessContext,
    input: SetHookInput,
  ): Promise<{ readonly hook: HookInfo; readonly secret: string }> {
    const { hooks, secrets, refusals } = this.deps;
    const { appId } = context;
    const { clientRequestId } = input;
    const about = { method: 'SetBeforeSendHook', clientRequestId };
    return recorded(refusals, context, about, async (call) => {
      const checked = this.#checked(input);
      const fresh = { ...checked, freshSecret: secrets.make(appId) };
      const { hook, sealedSecret: sealed } = await hooks.setBeforeSend(call, appId, fresh);
      return { hook, secret: (sealed && secrets.show(appId, sealed)) ?? '' };
    });
  }

  /** Null: the app has none. */
  get({ appId }: BusinessContext): ReturnType<ManagedHooks['beforeSend']> {
    return this.deps.hooks.beforeSend(appId);
  }

  async delete(context: BusinessContext, clientRequestId: string): Promise<void> {
    const { hooks, refusals } = this.deps;
    const about = { method: 'DeleteBeforeSendHook', clientRequestId };
    await recorded(refusals, context, about, (call) => hooks.deleteBeforeSend(call, context.appId));
  }

  #checked({ url, timeoutMs, onFailure, rotateSecret }: SetHookInput) {
    if (onFailure === null) throw invalidArgument('on_failure', 'must be named');
    const checked = { url: checkUrl(url, this.deps.rules), timeoutMs: checkTimeout(timeoutMs) };
    return { ...checked, onFailure, rotateSecret };
  }
}

function checkTimeout(timeoutMs: number): number {
  const wanted = timeoutMs === 0 ? HOOK_DEFAULT_TIMEOUT_MS : timeoutMs;
  if (wanted >= HOOK_MIN_TIMEOUT_MS && wanted <= HOOK_MAX_TIMEOUT_MS) return wanted;
  throw invalidArgument(
    'timeout_ms',
    `must be ${HOOK_MIN_TIMEOUT_MS} to ${HOOK_MAX_TIMEOUT_MS}, or 0`,
  );
}
