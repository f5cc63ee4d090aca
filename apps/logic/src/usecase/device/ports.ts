import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { DeviceFacts } from '../session/ports.js';

import type { AdminCall } from '../admin/ports.js';
import type { Cancellation } from '../caller.js';
import type { ChangeRequest } from '../change/ports.js';

export interface KnownDevice extends DeviceFacts {
  readonly createdMs: number;
  readonly lastSeenMs: number;
}

export interface KnownDevices {
  /** Those seen last first; bounded. */
  list(appId: AppId, userId: UserId): Promise<KnownDevice[]>;
}

export interface Revoker {
  readonly by?: AdminCall | undefined;
  readonly request?: ChangeRequest | undefined;
  readonly signal?: Cancellation | undefined;
}

/**
 * A sign-out is known to every feed once it has resolved. An administrator for whom it is entered into the audit log, in one
 * transaction with it, goes along as `by`. The same again only moves its time on, unless it has a `request`.
 */
export interface SignOuts {
  /** False when the user has no such device. */
  signOutDevice(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId,
    revoker?: Revoker,
  ): Promise<boolean>;
  /** Every device, known or not. False when there is no such user. */
  signOutUser(appId: AppId, userId: UserId, revoker?: Revoker): Promise<boolean>;
}
