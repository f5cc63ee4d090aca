import { DomainError, type AppId, type DeviceId, type UserId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, select, type StoreContext } from '../store-context.js';

/** Of a key that the server derives: without the secret of the deployment it is worth nothing. */
export interface DerivedKey {
  readonly kid: string;
  readonly salt: Uint8Array;
}

/** What a new token has to be later than, by the database's clock. */
export interface IssueFacts {
  readonly nowMs: number;
  /** Of the user, or of the device that the token is for; 0: never. */
  readonly signedOutMs: number;
  readonly banned: boolean;
}

export interface TokenKeyStore {
  /** Null when there is no such user. */
  issueFacts(appId: AppId, userId: UserId, deviceId: DeviceId | null): Promise<IssueFacts | null>;
  /** The newest key of the app that is derived from this secret and not retired, which is made if there is none. */
  derivedKey(appId: AppId, prefix: string, fresh: () => DerivedKey): Promise<DerivedKey>;
}

export class MysqlTokenKeyStore implements TokenKeyStore {
  constructor(private readonly context: StoreContext) {}

  async issueFacts(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId | null,
  ): Promise<IssueFacts | null> {
    const [row] = await select<{ now_ms: number; signed_out_ms: number; banned: number }>(
      this.context,
      'issue-facts',
      `SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS now_ms,
       GREATEST(users.revoked_ms, COALESCE(devices.revoked_ms, 0)) AS signed_out_ms,
       COALESCE(bans.until_ms > CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED), 0) AS banned FROM users
       LEFT JOIN devices ON devices.app_id = users.app_id AND devices.user_id = users.user_id AND devices.device_id = ?
       LEFT JOIN bans ON bans.app_id = users.app_id AND bans.user_id = users.user_id
       WHERE users.app_id = ? AND users.user_id = ?
       AND NOT EXISTS (SELECT 1 FROM erasures x WHERE x.app_id = ? AND x.user_id = users.user_id)`,
      [deviceId ?? '', appId, userId, appId],
    );
    if (row === undefined) return null;
    const { now_ms: nowMs, signed_out_ms: signedOutMs, banned } = row;
    return { nowMs, signedOutMs, banned: banned === 1 };
  }

  async derivedKey(appId: AppId, prefix: string, fresh: () => DerivedKey): Promise<DerivedKey> {
    const known = await newest(this.context.kysely, appId, prefix);
    if (known !== undefined) return known;
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute(async (trx) => {
        await lockApp(trx, appId);
        return (await newest(trx, appId, prefix)) ?? insert(trx, appId, fresh());
      }),
    );
  }
}

/** Those of one prefix are few: one is made when the one before was retired. */
async function newest(
  db: Pick<Transaction<Schema>, 'selectFrom'>,
  appId: AppId,
  prefix: string,
): Promise<DerivedKey | undefined> {
  const row = await db
    .selectFrom('app_keys')
    .select(['kid', 'material'])
    .where('app_id', '=', appId)
    .where('kid', '>=', prefix)
    .where('kid', '<', `${prefix}~`)
    .where('alg', '=', 'derived')
    .where('retired_ms', 'is', null)
    .orderBy('created_ms', 'desc')
    .orderBy('kid')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : { kid: row.kid, salt: row.material };
}

/** Calls that make keys of one app follow each other, operators' among them. */
async function lockApp(trx: Transaction<Schema>, appId: AppId): Promise<void> {
  const { rows } = await sql<{ status: string }>`
    SELECT status FROM apps WHERE app_id = ${appId} FOR UPDATE`.execute(trx);
  const status = rows[0]?.status;
  if (status === undefined || status === 'deleted') {
    throw new DomainError('UNAUTHENTICATED', 'the app is gone');
  }
}

async function insert(
  trx: Transaction<Schema>,
  appId: AppId,
  { kid, salt }: DerivedKey,
): Promise<DerivedKey> {
  const material = Buffer.from(salt);
  await trx
    .insertInto('app_keys')
    .values({ app_id: appId, kid, alg: 'derived', material, created_ms: DATABASE_NOW })
    .execute();
  return { kid, salt };
}
