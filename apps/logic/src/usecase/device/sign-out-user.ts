import { DomainError, parseDeviceId, parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { revokerOf } from '../revoker.js';
import type { SignOuts } from './ports.js';

export interface SignOutUserInput {
  readonly userId: string;
  /** Empty: all. */
  readonly deviceId: string;
  /** Undefined: signs out again who has signed in since. */
  readonly clientRequestId?: string | undefined;
}

/**
 * Ends one device of a user, or with an empty device all of them, also those that have never signed in: a token that was
 * stolen has no device yet. Errors: INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE.
 */
export class SignOutUser {
  constructor(readonly deps: { readonly signOuts: SignOuts }) {}

  async run(context: BusinessContext, input: SignOutUserInput): Promise<void> {
    const { appId } = context;
    const { signOuts } = this.deps;
    const revoker = revokerOf(context, 'SignOutUser', input.clientRequestId);
    const userId = parseUserId(input.userId, 'user_id');
    const device = input.deviceId;
    const found =
      device === ''
        ? await signOuts.signOutUser(appId, userId, revoker)
        : await signOuts.signOutDevice(appId, userId, parseDeviceId(device, 'device_id'), revoker);
    if (!found) {
      const field = device === '' ? 'user_id' : 'device_id';
      throw new DomainError('NOT_FOUND', 'there is no such user or device', { field });
    }
  }
}
