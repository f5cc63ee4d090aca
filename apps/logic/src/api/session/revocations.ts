import { parseAppId, parseDeviceId, parseUserId } from '@queqiao/domain';
import type { RevocationsSinceRequest, RevocationsSinceResponse } from '@queqiao/protocol/link';
import type {
  Revocation,
  RevocationPage,
  RevocationsSince,
} from '../../usecase/session/revocations-since.js';

export async function revocationsSince(
  usecase: RevocationsSince,
  { sinceMs, after }: RevocationsSinceRequest,
): Promise<RevocationsSinceResponse> {
  return toResponse(await usecase.run(sinceMs, after ? fromMessage(after) : null));
}

function fromMessage(row: NonNullable<RevocationsSinceRequest['after']>): Revocation {
  return {
    appId: parseAppId(row.appId, 'after.app_id'),
    userId: parseUserId(row.userId, 'after.user_id'),
    deviceId: row.deviceId === '' ? null : parseDeviceId(row.deviceId, 'after.device_id'),
    revokedMs: row.revokedMs,
  };
}

function toResponse({ nowMs, rows, more, apps, tooOld }: RevocationPage): RevocationsSinceResponse {
  const revocations = rows.map((row) => ({ ...row, deviceId: row.deviceId ?? '' }));
  const appRevocations = apps.map((row) => ({ ...row, keyId: row.keyId ?? '' }));
  return { nowMs, revocations, more, tooOld, appRevocations };
}
