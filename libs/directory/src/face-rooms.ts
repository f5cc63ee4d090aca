import { randomBytes } from 'node:crypto';
import type {
  EnterFaceRoom,
  EnterFaceRoomResult,
  FaceRoom,
  FaceRoomDirectory,
} from './face-room-types.js';
import type { DirectoryKeys } from './keys.js';
import { evaluate, type RedisConnection } from './redis-connection.js';
import { ENTER_FACE_ROOM } from './scripts/enter-face-room.js';
import { MARK_FACE_ROOM } from './scripts/mark-face-room.js';
import { READ_FACE_ROOM } from './scripts/read-face-room.js';

/** Whoever is within this of who came first is in the same room. */
export const FACE_ROOM_RADIUS_METRES = 100;
/** Life of a room after the last arrival: 5 minutes. */
export const FACE_ROOM_TTL_MS = 300_000;
/** Users of one room. */
export const MAX_FACE_ROOM_USERS = 100;
/** Rooms of one code of one app. */
export const MAX_FACE_ROOMS = 1_000;

/** Rooms of people who stand near each other and typed the same code. Their ids begin with the code, to be found by it. */
export class FaceRooms implements FaceRoomDirectory {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: DirectoryKeys,
  ) {}

  async enter({ appId, userId, code, ...place }: EnterFaceRoom): Promise<EnterFaceRoomResult> {
    const { longitude, latitude } = place;
    const fresh = `${code}-${randomBytes(12).toString('hex')}`;
    const limits = [FACE_ROOM_TTL_MS, MAX_FACE_ROOM_USERS, MAX_FACE_ROOMS];
    const args = [userId, longitude, latitude, fresh, FACE_ROOM_RADIUS_METRES, ...limits];
    const reply = await this.redis.run('enter-face-room', (client) =>
      evaluate(client, ENTER_FACE_ROOM, this.keys.faceRooms(appId, code), args),
    );
    const [status, roomId = '', ...facts] = reply as string[];
    if (status === 'full' || status === 'crowded') return { status };
    return { status: 'in', room: toRoom(roomId, facts) };
  }

  async room(appId: string, roomId: string): Promise<FaceRoom | null> {
    const reply = await this.redis.run('read-face-room', (client) =>
      evaluate(client, READ_FACE_ROOM, this.#keysOf(appId, roomId), [roomId]),
    );
    const facts = reply as string[];
    return facts.length === 0 ? null : toRoom(roomId, facts);
  }

  async mark(appId: string, roomId: string, groupId: string): Promise<boolean> {
    const reply = await this.redis.run('mark-face-room', (client) =>
      evaluate(client, MARK_FACE_ROOM, this.#keysOf(appId, roomId), [roomId, groupId]),
    );
    return reply === 1;
  }

  #keysOf(appId: string, roomId: string): [string, string] {
    const [code = ''] = roomId.split('-');
    const [, expiries, people] = this.keys.faceRooms(appId, code);
    return [expiries, people];
  }
}

function toRoom(roomId: string, [expires = '', groupId = '', people = '']: string[]): FaceRoom {
  const userIds = people.split('\n').filter((line) => line !== '');
  return { roomId, userIds, groupId, expiresMs: Number(expires) };
}
