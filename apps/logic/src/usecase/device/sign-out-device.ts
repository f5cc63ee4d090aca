import { DomainError, parseDeviceId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { AdminCall } from '../admin/ports.js';
import { changeRequest } from '../change/change-request.js';
import type { SignOuts } from './ports.js';

const METHOD = 'SignOutDevice';

/**
 * Ends a device of the caller's, which may be the one that asks: tokens that it used are refused from now on, and connect
 * nodes close its sockets as soon as their feed tells them. A back end that does it in the user's place does it by its scope `admin`,
 * and is entered into the audit log. Errors: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, UNAVAILABLE.
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
    const request =
      clientRequestId === undefined ? undefined : changeRequest(context, clientRequestId, METHOD);
    const revoker = { by: backEndOf(context), request, signal: context.signal };
    if (await this.deps.signOuts.signOutDevice(appId, caller.userId, deviceId, revoker)) return;
    throw new DomainError('NOT_FOUND', 'there is no such device', { field: 'device_id' });
  }
}

function backEndOf({ credentialId, requestId }: UserContext): AdminCall | undefined {
  if (credentialId === undefined) return undefined;
  return { actor: { kind: 'credential', id: credentialId }, method: METHOD, requestId };
}
