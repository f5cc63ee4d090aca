import { DomainError, invalidArgument } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import type { Profile, Users } from '../user/ports.js';
import type { FaceRoom, FaceRoomEvents, FaceRooms } from './face-ports.js';

export interface EnterFaceRoomInput {
  readonly code: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface FaceRoomView {
  readonly room: FaceRoom;
  /** Those in the room, in the order of arrival. */
  readonly users: readonly Profile[];
}

/** Degrees either way. Of places near the poles nothing is kept. */
const REACH = { latitude: 85, longitude: 180 } as const;
const RETRY_AFTER_MS = 10_000;

/**
 * Brings the caller into the room of those who stand near and typed the same digits, and tells them. Errors: INVALID_ARGUMENT,
 * LIMIT_EXCEEDED (the room is full), RATE_LIMITED (too many rooms of this code), UNAVAILABLE.
 */
export class EnterFaceRoom {
  constructor(
    readonly deps: {
      readonly apps: Apps;
      readonly rooms: FaceRooms;
      readonly events: FaceRoomEvents;
      readonly users: Pick<Users, 'profiles'>;
    },
  ) {}

  async run({ appId, caller }: UserContext, input: EnterFaceRoomInput): Promise<FaceRoomView> {
    const { apps, rooms, events, users } = this.deps;
    const { code } = input;
    if (!/^\d{4}$/.test(code)) throw invalidArgument('code', 'must be four digits');
    const latitude = checkDegrees(input.latitude, 'latitude');
    const longitude = checkDegrees(input.longitude, 'longitude');
    await activeApp(apps, appId);
    const { userId } = caller;
    const result = await rooms.enter({ appId, userId, code, latitude, longitude });
    if (result.status !== 'in') throw refusal(result.status);
    const { room } = result;
    events.tell(appId, room);
    const profiles = await users.profiles(appId, room.userIds);
    const byId = new Map(profiles.map((profile) => [profile.userId, profile]));
    return { room, users: room.userIds.flatMap((id) => byId.get(id) ?? []) };
  }
}

function checkDegrees(value: number, field: keyof typeof REACH): number {
  const most = REACH[field];
  if (Number.isFinite(value) && Math.abs(value) <= most) return value;
  throw invalidArgument(field, `must be -${most} to ${most}`);
}

function refusal(status: 'full' | 'crowded'): DomainError {
  if (status === 'full') {
    return new DomainError('LIMIT_EXCEEDED', 'the room is full', { field: 'code' });
  }
  return new DomainError('RATE_LIMITED', 'there are too many rooms of this code', {
    field: 'code',
    retryAfterMs: RETRY_AFTER_MS,
  });
}
