import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { DeviceDetails, DeviceRecord, DeviceStore } from '../account-types.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { incoming } from '../upsert.js';

/** Devices of one user that a list shows. */
export const DEVICES_LIST_MAX = 100;

export class MysqlDeviceStore implements DeviceStore {
  constructor(private readonly context: StoreContext) {}

  async recordSignIn(
    appId: AppId,
    userId: UserId,
    device: DeviceDetails,
    generation: number,
  ): Promise<void> {
    await retrying(this.context, () =>
      this.context.kysely
        .insertInto('devices')
        .values({
          app_id: appId,
          user_id: userId,
          device_id: device.deviceId,
          platform: device.platform,
          brand: device.brand,
          model: device.model,
          os_version: device.osVersion,
          app_version: device.appVersion,
          generation,
          created_ms: DATABASE_NOW,
          last_seen_ms: DATABASE_NOW,
        })
        .onDuplicateKeyUpdate({
          platform: ifNotOlder('platform'),
          brand: ifNotOlder('brand'),
          model: ifNotOlder('model'),
          os_version: ifNotOlder('os_version'),
          app_version: ifNotOlder('app_version'),
          last_seen_ms: ifNotOlder('last_seen_ms'),
          // Last: assignments work from left to right, and those above compare with the stored one.
          generation: sql<number>`GREATEST(generation, VALUES(generation))`,
        })
        .execute(),
    );
  }

  async touch(appId: AppId, userId: UserId, deviceId: DeviceId): Promise<void> {
    await retrying(this.context, () =>
      this.context.kysely
        .updateTable('devices')
        .set({ last_seen_ms: sql<number>`GREATEST(last_seen_ms, ${DATABASE_NOW})` })
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
        .where('device_id', '=', deviceId)
        .execute(),
    );
  }

  async list(appId: AppId, userId: UserId): Promise<DeviceRecord[]> {
    const rows = await this.context.kysely
      .selectFrom('devices')
      .selectAll()
      .where('app_id', '=', appId)
      .where('user_id', '=', userId)
      .orderBy('last_seen_ms', 'desc')
      .orderBy('device_id')
      .limit(DEVICES_LIST_MAX)
      .execute();
    return rows.map((row) => ({
      deviceId: row.device_id,
      platform: row.platform,
      brand: row.brand,
      model: row.model,
      osVersion: row.os_version,
      appVersion: row.app_version,
      generation: row.generation,
      createdMs: row.created_ms,
      lastSeenMs: row.last_seen_ms,
    }));
  }
}

/** The incoming value, unless a later sign-in of the device is stored already. */
function ifNotOlder(column: string) {
  const stored = sql.ref(column);
  return sql<never>`IF(VALUES(generation) >= generation, ${incoming(column)}, ${stored})`;
}
