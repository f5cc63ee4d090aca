import { parseAppId, parseDeviceId, parseUserId } from '@queqiao/domain';

import type { Devices } from './ports.js';

export interface CloseSessionInput {
  readonly appId: string;
  readonly userId: string;
  readonly deviceId: string;
}

/** Records when a device was last seen. Unknown devices are no error: the answer is the same. */
export class CloseSession {
  constructor(readonly deps: { readonly devices: Pick<Devices, 'touch'> }) {}

  run(input: CloseSessionInput): Promise<void> {
    return this.deps.devices.touch(
      parseAppId(input.appId),
      parseUserId(input.userId),
      parseDeviceId(input.deviceId, 'device_id'),
    );
  }
}
