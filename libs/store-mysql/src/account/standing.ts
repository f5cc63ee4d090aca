import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import { select, type StoreContext } from '../store-context.js';
import type { Standing } from './revocation-types.js';

export const STANDING_SQL = `SELECT
  (SELECT u.revoked_ms FROM users u WHERE u.app_id = ? AND u.user_id = ?) AS user_ms,
  (SELECT d.revoked_ms FROM devices d WHERE d.app_id = ? AND d.user_id = ? AND d.device_id = ?) AS device_ms,
  (SELECT t.revoked_ms FROM revoked_tokens t WHERE t.app_id = ? AND t.user_id = ? AND t.token_id = ?) AS token_ms,
  (SELECT b.banned_ms FROM bans b WHERE b.app_id = ? AND b.user_id = ?) AS banned_ms,
  (SELECT b.until_ms > CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) FROM bans b WHERE b.app_id = ? AND b.user_id = ?) AS banned,
  EXISTS (SELECT 1 FROM erasures x WHERE x.app_id = ? AND x.user_id = ?) AS erased,
  CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS now_ms`;

interface Row {
  readonly user_ms: number | null;
  readonly device_ms: number | null;
  readonly token_ms: number | null;
  readonly banned_ms: number | null;
  readonly banned: number | null;
  readonly erased: number;
  readonly now_ms: number;
}

export async function readStanding(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  deviceId: DeviceId,
  tokenId: string,
): Promise<Standing> {
  const user = [appId, userId];
  const values = [...user, ...user, deviceId, ...user, tokenId, ...user, ...user, ...user];
  const [row] = await select<Row>(context, 'standing', STANDING_SQL, values);
  return {
    signedOutMs: Math.max(row?.user_ms ?? 0, row?.device_ms ?? 0),
    tokenRevoked: typeof row?.token_ms === 'number',
    banned: row?.banned === 1,
    erased: row?.erased === 1,
    bannedMs: row?.banned_ms ?? 0,
    nowMs: row?.now_ms ?? 0,
  };
}
