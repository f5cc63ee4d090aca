import type { UserRecord } from '@queqiao/protocol/server';
import type { AccountRecord } from '../../usecase/user/get-accounts.js';
import { toProtoSettings, toProtoUser } from './mapper.js';

export function toUserRecord({ account, createdMs, ban }: AccountRecord): UserRecord {
  const { profile, settings, handle } = account;
  const user = toProtoUser(profile);
  return { user, handle, settings: toProtoSettings(settings), createdMs, ban: ban ?? undefined };
}
