import { DomainError, isId } from '@queqiao/domain';

import { checkId } from './administer.js';
import type { AdminChangeCall, Refusals } from './ports.js';
import type { BusinessContext } from '../caller.js';

/** One change by a back end. What is refused is recorded before it is answered, as with operators. */
export async function recorded<T>(
  refusals: Refusals,
  { appId, caller, requestId, requestDigest: digest, signal }: BusinessContext,
  about: { readonly method: string; readonly clientRequestId: string; readonly target?: string },
  work: (call: AdminChangeCall) => Promise<T>,
): Promise<T> {
  const { method, target = '' } = about;
  const call = {
    actor: { kind: 'credential', id: caller.credentialId },
    method,
    requestId,
  } as const;
  try {
    const clientRequestId = checkId(about.clientRequestId, 'client_request_id');
    return await work({ ...call, clientRequestId, digest, signal });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await refusals.recordRefusal(call, { appId, target: isId(target) ? target : '' }, error.code);
    throw error;
  }
}
