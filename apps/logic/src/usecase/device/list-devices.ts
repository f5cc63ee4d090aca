import type { UserContext } from '../caller.js';
import type { KnownDevice, KnownDevices } from './ports.js';

export interface ListedDevice extends KnownDevice {
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

/** The devices that the caller has signed in with, those seen last first. Errors: UNAVAILABLE. */
export class ListDevices {
  constructor(readonly deps: { readonly devices: KnownDevices }) {}

  async run({ appId, caller }: UserContext): Promise<ListedDevice[]> {
    const devices = await this.deps.devices.list(appId, caller.userId);
    return devices.map((device) => ({ ...device, current: device.deviceId === caller.deviceId }));
  }
}
