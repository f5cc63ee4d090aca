import { parseUserId, type AppId, type DeviceId, type UserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { mustExist, type UserLookup } from '../must-exist.js';
import type { KnownDevice, KnownDevices } from './ports.js';

/** Errors: UNAVAILABLE. */
export interface OnlineDevices {
  /** Devices of the user that have a socket now, as far as this node knows. */
  devicesOf(appId: AppId, userId: UserId): Promise<ReadonlySet<DeviceId>>;
}

export interface UserDevice extends KnownDevice {
  readonly online: boolean;
}

/** The devices of a user of the caller's app, those seen last first. Errors: INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE. */
export class ListDevicesOf {
  constructor(
    readonly deps: {
      readonly devices: KnownDevices;
      readonly online: OnlineDevices;
      readonly users: UserLookup;
    },
  ) {}

  async run({ appId }: BusinessContext, user: string): Promise<UserDevice[]> {
    const { devices, online, users } = this.deps;
    const userId = parseUserId(user, 'user_id');
    await mustExist(users, appId, [userId], () => 'user_id');
    const [known, there] = await Promise.all([
      devices.list(appId, userId),
      online.devicesOf(appId, userId),
    ]);
    return known.map((device) => ({ ...device, online: there.has(device.deviceId) }));
  }
}
