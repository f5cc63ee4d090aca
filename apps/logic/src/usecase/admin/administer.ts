import { DomainError, invalidArgument, isId, parseAppId, type AppId } from '@queqiao/domain';

import type { OperatorContext } from '../caller.js';
import type { AdminChangeCall, AppInfo, Refusals } from './ports.js';

/** What every change of an app is given. */
export interface AppRequest {
  readonly clientRequestId: string;
  readonly appId: string;
}

/**
 * One change of one app. What is refused, for whatever reason, is recorded before it is answered: a refusal that cannot be is
 * answered UNAVAILABLE.
 */
export async function administer<T>(
  refusals: Refusals,
  { caller, requestId, requestDigest: digest, signal }: OperatorContext,
  about: { readonly method: string; readonly request: AppRequest; readonly target?: string },
  work: (call: AdminChangeCall, appId: AppId) => Promise<T>,
): Promise<T> {
  const { method, request, target = '' } = about;
  const call = { actor: { kind: 'operator', id: caller.operator }, method, requestId } as const;
  try {
    const clientRequestId = checkRequestId(request.clientRequestId);
    return await work({ ...call, clientRequestId, digest, signal }, parseAppId(request.appId));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const appId = isId(request.appId) ? request.appId : '';
    const named = { appId, target: isId(target) ? target : '' };
    await refusals.recordRefusal(call, named, error.code);
    throw error;
  }
}

/** Errors: NOT_FOUND. */
export async function existingApp(
  apps: { app(appId: AppId): Promise<AppInfo | null> },
  id: string,
): Promise<AppInfo> {
  const app = await apps.app(parseAppId(id));
  if (app) return app;
  throw new DomainError('NOT_FOUND', 'there is no such app', { field: 'app_id' });
}

/** An id of a key or a credential. */
export function checkId(value: string, field: string): string {
  if (isId(value)) return value;
  throw invalidArgument(field, 'must match [A-Za-z0-9_.-]{1,64}');
}

function checkRequestId(value: string): string {
  return checkId(value, 'client_request_id');
}
