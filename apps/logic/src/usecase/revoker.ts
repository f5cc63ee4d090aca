import type { BusinessContext } from './caller.js';
import { changeRequest } from './change/change-request.js';
import type { Revoker } from './device/ports.js';

/** The back end as the audit log names it, with its request. Errors: INVALID_ARGUMENT naming client_request_id. */
export function revokerOf(
  context: BusinessContext,
  method: string,
  clientRequestId: string | undefined,
): Required<Pick<Revoker, 'by'>> & Revoker {
  const { caller, requestId } = context;
  const actor = { kind: 'credential', id: caller.credentialId } as const;
  const request =
    clientRequestId === undefined ? undefined : changeRequest(context, clientRequestId, method);
  return { by: { actor, method, requestId }, request, signal: context.signal };
}
