import {
  Erasure_Phase,
  type Erasure as ErasureMessage,
  type UserDevice as UserDeviceMessage,
  type UserRecord,
} from '@queqiao/protocol/server';
import type { UserDevice } from '../../usecase/device/list-devices-of.js';
import type { Erasure } from '../../usecase/erasure/ports.js';
import type { AccountRecord } from '../../usecase/user/get-accounts.js';
import { platformOf } from '../session/platform.js';
import { toProtoSettings, toProtoUser } from './mapper.js';

const PHASES = {
  messages: Erasure_Phase.MESSAGES,
  groups: Erasure_Phase.GROUPS,
  posts: Erasure_Phase.POSTS,
  friends: Erasure_Phase.FRIENDS,
  requests: Erasure_Phase.ROWS,
  rows: Erasure_Phase.ROWS,
  user: Erasure_Phase.ROWS,
  sweep: Erasure_Phase.DONE,
  done: Erasure_Phase.DONE,
} as const satisfies Record<Erasure['phase'], Erasure_Phase>;

export function toUserRecord({ account, createdMs, ban }: AccountRecord): UserRecord {
  const { profile, settings, handle } = account;
  const user = toProtoUser(profile);
  return { user, handle, settings: toProtoSettings(settings), createdMs, ban: ban ?? undefined };
}

export function toUserDevice(known: UserDevice): UserDeviceMessage {
  const { deviceId: id, platform, brand, model, osVersion, appVersion } = known;
  const { createdMs, lastSeenMs, online } = known;
  const device = { id, platform: platformOf(platform), brand, model, osVersion, appVersion };
  return { device, createdMs, lastSeenMs, online };
}

export function toProtoErasure({ phase, ...erasure }: Erasure): ErasureMessage {
  return { ...erasure, phase: PHASES[phase] };
}
