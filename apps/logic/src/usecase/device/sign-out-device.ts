import { DomainError, parseDeviceId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { SignOuts } from './ports.js';

/**
 * Ends a device of the caller's, which may be the one that asks: tokens that it used are refused from now on, and connect
 * nodes close its sockets as soon as their feed tells them. Errors: INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE.
 */
export class SignOutDevice {
  constructor(readonly deps: { readonly signOuts: Pick<SignOuts, 'signOutDevice'> }) {}

  async run({ appId, caller }: UserContext, device: string): Promise<void> {
    const deviceId = parseDeviceId(device, 'device_id');
    if (await this.deps.signOuts.signOutDevice(appId, caller.userId, deviceId)) return;
    throw new DomainError('NOT_FOUND', 'there is no such device', { field: 'device_id' });
  }
}
