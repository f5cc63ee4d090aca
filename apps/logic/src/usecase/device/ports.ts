import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { DeviceFacts } from '../session/ports.js';

import type { AdminCall } from '../admin/ports.js';

export interface KnownDevice extends DeviceFacts {
  readonly createdMs: number;
  readonly lastSeenMs: number;
}

export interface KnownDevices {
  /** Those seen last first; bounded. */
  list(appId: AppId, userId: UserId): Promise<KnownDevice[]>;
}

/** A sign-out is known to every feed once it has resolved. The same again only moves its time on. */
/** An administrator for whom a sign-out is entered into the audit log, in one transaction with it, goes along as `by`. */
export interface SignOuts {
  /** False when the user has no such device. */
  signOutDevice(appId: AppId, userId: UserId, deviceId: DeviceId, by?: AdminCall): Promise<boolean>;
  /** Every device, known or not. False when there is no such user. */
  signOutUser(appId: AppId, userId: UserId, by?: AdminCall): Promise<boolean>;
}
