import { DomainError, parseDeviceId } from '@queqiao/domain';

import type { AdminCall } from '../admin/ports.js';
import type { UserContext } from '../caller.js';
import { changeRequest } from '../change/change-request.js';
import type { SignOuts } from './ports.js';

/**
 * Ends a device of the caller's, which may be the one that asks: tokens that it used are refused from now on, and connect
 * nodes close its sockets as soon as their feed tells them. Errors: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, UNAVAILABLE.
 */
export class SignOutDevice {
  constructor(readonly deps: { readonly signOuts: Pick<SignOuts, 'signOutDevice'> }) {}

  async run(
    context: UserContext,
    input: {
      readonly deviceId: string;
      /** Undefined: signs out again who has signed in since. */
      readonly clientRequestId?: string | undefined;
    },
  ): Promise<void> {
    const { appId, caller } = context;
    const { clientRequestId } = input;
    const deviceId = parseDeviceId(input.deviceId, 'device_id');
    const revoker = { by: onBehalf(context), request: requestOf(context, clientRequestId) };
    if (await this.deps.signOuts.signOutDevice(appId, caller.userId, deviceId, revoker)) return;
    throw new DomainError('NOT_FOUND', 'there is no such device', { field: 'device_id' });
  }
}

const METHOD = 'SignOutDevice';

/** A back end that does it in the user's place is in the audit log, and a user is not. */
function onBehalf({ credentialId, requestId }: UserContext): AdminCall | undefined {
  if (credentialId === undefined) return undefined;
  return { actor: { kind: 'credential', id: credentialId }, method: METHOD, requestId };
}

function requestOf(context: UserContext, clientRequestId: string | undefined) {
  return clientRequestId === undefined
    ? undefined
    : changeRequest(context, clientRequestId, METHOD);
}
