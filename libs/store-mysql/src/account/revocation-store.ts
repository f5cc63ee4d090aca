import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import { writeAudit } from '../admin/audit-log.js';
import type { AdminCall } from '../admin-types.js';
import { TransientStoreError } from '../errors.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, select, type StoreContext } from '../store-context.js';
import { appRevocationsSince, pruneAppRevocations } from './app-revocations.js';
import type { Revocation, RevocationPage, RevocationStore } from './revocation-types.js';

/** Longest from reading a sign-out's time to its commit; one that took longer is written again before it is acknowledged. */
export const REVOCATION_MAX_WRITE_MS = 5_000;
/** How far before its last answer a feed reads again. Well above the longest write, whatever the clock's grain. */
export const REVOCATION_OVERLAP_MS = 15_000;
/** What was revoked is kept this long for feeds; a node that heard nothing for longer has to give its sessions up. */
export const REVOCATION_KEPT_MS = 24 * 60 * 60 * 1_000;
export const REVOCATION_PAGE_ROWS = 500;
const MAX_WRITES = 3;

type Find = (trx: Transaction<Schema>) => Promise<number | undefined>;
type Mark = (trx: Transaction<Schema>, revokedMs: number) => Promise<unknown>;

export class MysqlRevocationStore implements RevocationStore {
  constructor(private readonly context: StoreContext) {}

  signOutDevice(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId,
    by?: AdminCall,
  ): Promise<boolean> {
    const find: Find = async (trx) => {
      const row = await trx
        .selectFrom('devices')
        .select(DATABASE_NOW.as('now_ms'))
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
        .where('device_id', '=', deviceId)
        .forUpdate()
        .executeTakeFirst();
      return row?.now_ms;
    };
    const mark: Mark = (trx, revokedMs) =>
      trx
        .updateTable('devices')
        .set({ revoked_ms: sql<number>`GREATEST(revoked_ms, ${revokedMs})` })
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
        .where('device_id', '=', deviceId)
        .execute();
    return this.#signOut(
      { appId, userId, deviceId },
      find,
      audited(mark, by, appId, `${userId} ${deviceId}`),
    );
  }

  signOutUser(appId: AppId, userId: UserId, by?: AdminCall): Promise<boolean> {
    const find: Find = async (trx) => {
      const row = await trx
        .selectFrom('users')
        .select(DATABASE_NOW.as('now_ms'))
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
        .forUpdate()
        .executeTakeFirst();
      return row?.now_ms;
    };
    const mark: Mark = (trx, revokedMs) =>
      trx
        .updateTable('users')
        .set({ revoked_ms: sql<number>`GREATEST(revoked_ms, ${revokedMs})` })
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
        .execute();
    return this.#signOut({ appId, userId, deviceId: null }, find, audited(mark, by, appId, userId));
  }

  async signedOutMs(appId: AppId, userId: UserId, deviceId: DeviceId): Promise<number> {
    const [row] = await select<{ revoked_ms: number }>(
      this.context,
      'signed-out',
      `SELECT GREATEST(users.revoked_ms, COALESCE(devices.revoked_ms, 0)) AS revoked_ms FROM users
       LEFT JOIN devices ON devices.app_id = users.app_id AND devices.user_id = users.user_id AND devices.device_id = ?
       WHERE users.app_id = ? AND users.user_id = ?`,
      [deviceId, appId, userId],
    );
    return row?.revoked_ms ?? 0;
  }

  async since(sinceMs: number, after: Revocation | null): Promise<RevocationPage> {
    const [time] = await select<{ now_ms: number }>(
      this.context,
      'revocations-now',
      'SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS now_ms',
      [],
    );
    const nowMs = time?.now_ms ?? 0;
    const fromMs = (sinceMs === 0 ? nowMs : sinceMs) - REVOCATION_OVERLAP_MS;
    const range = { fromMs, nowMs };
    const [rows, apps] = await Promise.all([
      this.#rows(after ?? { revokedMs: fromMs, appId: '', userId: '', deviceId: '' }),
      after ? [] : appRevocationsSince(this.context, range, REVOCATION_PAGE_ROWS + 1),
    ]);
    return {
      nowMs,
      rows: rows.slice(0, REVOCATION_PAGE_ROWS),
      more: rows.length > REVOCATION_PAGE_ROWS,
      apps: apps.slice(0, REVOCATION_PAGE_ROWS),
      tooOld: fromMs < nowMs - REVOCATION_KEPT_MS || apps.length > REVOCATION_PAGE_ROWS,
    };
  }

  async prune(limit: number): Promise<number> {
    const apps = await pruneAppRevocations(this.context, PRUNED_AFTER_MS, limit);
    return apps + (await this.#pruneSignOuts(limit));
  }

  async #pruneSignOuts(limit: number): Promise<number> {
    const { rows } = await retrying(this.context, () =>
      sql<{ revoked_ms: number }>`
        SELECT revoked_ms FROM revocations WHERE revoked_ms < ${DATABASE_NOW} - ${PRUNED_AFTER_MS}
        ORDER BY revoked_ms LIMIT ${limit}`.execute(this.context.kysely),
    );
    const last = rows.at(-1);
    if (last === undefined) return 0;
    await retrying(this.context, () =>
      this.context.kysely
        .deleteFrom('revocations')
        .where('revoked_ms', '<=', last.revoked_ms)
        .execute(),
    );
    return rows.length;
  }

  /** One more than a page, to see whether another follows. */
  async #rows(after: {
    readonly revokedMs: number;
    readonly appId: string;
    readonly userId: string;
    readonly deviceId: string | null;
  }): Promise<Revocation[]> {
    const found = await this.context.kysely
      .selectFrom('revocations')
      .selectAll()
      // The first condition alone can use the key as a range; the second is exact within one millisecond.
      .where('revoked_ms', '>=', after.revokedMs)
      .where(
        sql<boolean>`(revoked_ms, app_id, user_id, device_id) > (${after.revokedMs}, ${after.appId}, ${after.userId}, ${after.deviceId ?? ''})`,
      )
      .orderBy('revoked_ms')
      .orderBy('app_id')
      .orderBy('user_id')
      .orderBy('device_id')
      .limit(REVOCATION_PAGE_ROWS + 1)
      .execute();
    return found.map((row) => ({
      appId: row.app_id,
      userId: row.user_id,
      deviceId: row.device_id === '' ? null : row.device_id,
      revokedMs: row.revoked_ms,
    }));
  }

  /** The same when done twice: a later time only covers more. */
  async #signOut(who: Omit<Revocation, 'revokedMs'>, find: Find, mark: Mark): Promise<boolean> {
    const { clock } = this.context;
    for (let write = 1; write <= MAX_WRITES; write += 1) {
      const begunMs = clock.monotonic();
      const found = await retrying(this.context, () =>
        this.context.kysely.transaction().execute((trx) => revoke(trx, who, find, mark)),
      );
      if (!found || clock.monotonic() - begunMs <= REVOCATION_MAX_WRITE_MS) return found;
    }
    throw new TransientStoreError('sign-outs take too long to be seen in time');
  }
}

/** Kept longer than any feed may ask for, so that a page that is being read is never cut short. */
const PRUNED_AFTER_MS = REVOCATION_KEPT_MS + 60 * 60 * 1_000;

/** One that is written again, because it took too long, is entered again. */
function audited(mark: Mark, by: AdminCall | undefined, appId: AppId, target: string): Mark {
  if (by === undefined) return mark;
  return async (trx, createdMs) => {
    await mark(trx, createdMs);
    await writeAudit(trx, { ...by, appId, target, outcome: 'OK', createdMs });
  };
}

async function revoke(
  trx: Transaction<Schema>,
  who: Omit<Revocation, 'revokedMs'>,
  find: Find,
  mark: Mark,
): Promise<boolean> {
  const revokedMs = await find(trx);
  if (revokedMs === undefined) return false;
  await mark(trx, revokedMs);
  await trx
    .insertInto('revocations')
    .ignore()
    .values({
      revoked_ms: revokedMs,
      app_id: who.appId,
      user_id: who.userId,
      device_id: who.deviceId ?? '',
    })
    .execute();
  return true;
}
