import { DomainError, parseDeviceId, parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import type { SignOuts } from './ports.js';

/**
 * Ends one device of a user, or with an empty device all of them, also those that have never signed in: a token that was
 * stolen has no device yet. Errors: INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE.
 */
export class SignOutUser {
  constructor(readonly deps: { readonly signOuts: SignOuts }) {}

  async run(context: BusinessContext, user: string, device: string): Promise<void> {
    const { appId, caller, requestId } = context;
    const actor = { kind: 'credential', id: caller.credentialId } as const;
    const by = { actor, method: 'SignOutUser', requestId };
    const { signOuts } = this.deps;
    const userId = parseUserId(user, 'user_id');
    const found =
      device === ''
        ? await signOuts.signOutUser(appId, userId, { by })
        : await signOuts.signOutDevice(appId, userId, parseDeviceId(device, 'device_id'), { by });
    if (found) return;
    const field = device === '' ? 'user_id' : 'device_id';
    throw new DomainError('NOT_FOUND', 'there is no such user or device', { field });
  }
}
