import { invalidArgument, isId, parseAppId, parseDeviceId, parseUserId } from '@queqiao/domain';
import type { RevocationsSinceRequest, RevocationsSinceResponse } from '@queqiao/protocol/link';
import type {
  Revocation,
  RevocationPage,
  RevocationsSince,
} from '../../usecase/session/revocations-since.js';

export async function revocationsSince(
  usecase: RevocationsSince,
  { sinceMs, after, withTokens }: RevocationsSinceRequest,
): Promise<RevocationsSinceResponse> {
  const last = after ? fromMessage(after) : null;
  return toResponse(await usecase.run(sinceMs, last, { withTokens }));
}

function fromMessage(row: NonNullable<RevocationsSinceRequest['after']>): Revocation {
  return {
    appId: parseAppId(row.appId, 'after.app_id'),
    userId: parseUserId(row.userId, 'after.user_id'),
    deviceId: row.deviceId === '' ? null : parseDeviceId(row.deviceId, 'after.device_id'),
    tokenId: row.tokenId === '' ? null : checkTokenId(row.tokenId),
    banned: row.banned,
    revokedMs: row.revokedMs,
  };
}

function toResponse({ nowMs, rows, more, apps, tooOld }: RevocationPage): RevocationsSinceResponse {
  const revocations = rows.map((row) => {
    return { ...row, deviceId: row.deviceId ?? '', tokenId: row.tokenId ?? '' };
  });
  const appRevocations = apps.map((row) => ({ ...row, keyId: row.keyId ?? '' }));
  return { nowMs, revocations, more, tooOld, appRevocations };
}

function checkTokenId(tokenId: string): string {
  if (isId(tokenId)) return tokenId;
  throw invalidArgument('after.token_id', 'must match [A-Za-z0-9_.-]{1,64}');
}
