import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { DeviceFacts } from '../session/ports.js';

export interface KnownDevice extends DeviceFacts {
  readonly createdMs: number;
  readonly lastSeenMs: number;
}

export interface KnownDevices {
  /** Those seen last first; bounded. */
  list(appId: AppId, userId: UserId): Promise<KnownDevice[]>;
}

/** A sign-out is known to every feed once it has resolved. The same again only moves its time on. */
export interface SignOuts {
  /** False when the user has no such device. */
  signOutDevice(appId: AppId, userId: UserId, deviceId: DeviceId): Promise<boolean>;
  /** Every device, known or not. False when there is no such user. */
  signOutUser(appId: AppId, userId: UserId): Promise<boolean>;
}
