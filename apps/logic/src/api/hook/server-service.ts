import {
  FailurePolicy,
  HookServiceDefinition,
  type BeforeSendHook,
} from '@queqiao/protocol/server';
import type { ManageHook } from '../../usecase/hook/manage-hook.js';
import type { HookInfo } from '../../usecase/hook/ports.js';
import { defineService, type ApiService } from '../api-service.js';

export function serverHookService({
  manageHook,
}: {
  readonly manageHook: ManageHook;
}): ApiService<'business'> {
  return defineService('business', HookServiceDefinition, {
    async setBeforeSendHook(request, context) {
      const onFailure = toOnFailure(request.onFailure);
      const { hook, secret } = await manageHook.set(context, { ...request, onFailure });
      return { hook: toProtoHook(hook), secret };
    },
    async getBeforeSendHook(_request, context) {
      const hook = await manageHook.get(context);
      if (hook === null) return { hook: undefined, status: undefined };
      return { hook: toProtoHook(hook), status: { ...hook.status } };
    },
    async deleteBeforeSendHook({ clientRequestId }, context) {
      await manageHook.delete(context, clientRequestId);
      return {};
    },
  });
}

/** Null: none is named, or one that is not known here. */
function toOnFailure(policy: FailurePolicy): HookInfo['onFailure'] | null {
  if (policy === FailurePolicy.ALLOW) return 'allow';
  return policy === FailurePolicy.REFUSE ? 'refuse' : null;
}

function toProtoHook({ onFailure, ...hook }: HookInfo): BeforeSendHook {
  const policy = { allow: FailurePolicy.ALLOW, refuse: FailurePolicy.REFUSE }[onFailure];
  const { url, timeoutMs, updatedMs, previousSecretUntilMs } = hook;
  const earlierSecretsUntilMs = [...hook.earlierSecretsUntilMs];
  const until = { previousSecretUntilMs, earlierSecretsUntilMs };
  return { url, timeoutMs, updatedMs, ...until, onFailure: policy };
}
