import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MAX_FACE_ROOM_USERS,
  MAX_FACE_ROOMS,
  type EnterFaceRoomResult,
  type FaceRoom,
} from '../../src/index.js';
import { type Fixture, sharedFixture } from '../fixture.js';

let fixture: Fixture;
let codes = 1_000;

beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

/** In Hangzhou; a thousandth of a degree of latitude is 111 m. */
const HERE = { latitude: 30.25, longitude: 120.16 };
const north = (metres: number) => ({ ...HERE, latitude: HERE.latitude + metres / 111_195 });

function newCode() {
  const { faceRooms } = fixture.directory;
  const code = String((codes += 1));
  return {
    code,
    enter: (userId: string, place = HERE, appId = 'a') =>
      faceRooms.enter({ appId, userId, code, ...place }),
  };
}

function roomOf(result: EnterFaceRoomResult): FaceRoom {
  if (result.status !== 'in') throw new Error(result.status);
  return result.room;
}

describe('people with the same digits', () => {
  it('meet in the order of arrival, within a hundred metres of who came first', async () => {
    const { code, enter } = newCode();
    const first = roomOf(await enter('ann'));
    expect(first).toMatchObject({ userIds: ['ann'], groupId: '' });
    expect(first.roomId).toMatch(new RegExp(`^${code}-[0-9a-f]{24}$`));
    expect(roomOf(await enter('bob', north(95)))).toMatchObject({
      roomId: first.roomId,
      userIds: ['ann', 'bob'],
    });
    // Near bob, but not near ann.
    const other = roomOf(await enter('carl', north(120)));
    expect(other.roomId).not.toBe(first.roomId);
    expect(other.userIds).toEqual(['carl']);
    expect(roomOf(await enter('dora', north(-95))).roomId).toBe(first.roomId);
  });

  it('come into the room that is nearest, and stay where they are', async () => {
    const { enter } = newCode();
    const south = roomOf(await enter('ann'));
    const far = roomOf(await enter('bob', north(150)));
    expect(roomOf(await enter('carl', north(90))).roomId).toBe(far.roomId);
    expect(roomOf(await enter('dora', north(60))).roomId).toBe(south.roomId);
    expect(roomOf(await enter('dora', north(90)))).toMatchObject({
      roomId: south.roomId,
      userIds: ['ann', 'dora'],
    });
  });

  it('of another code or another app do not meet', async () => {
    const one = newCode();
    const rooms = [
      await one.enter('ann'),
      await newCode().enter('bob'),
      await one.enter('carl', HERE, 'b'),
    ].map(roomOf);
    expect(new Set(rooms.map(({ roomId }) => roomId)).size).toBe(3);
    expect(rooms.map(({ userIds }) => userIds)).toEqual([['ann'], ['bob'], ['carl']]);
  });

  it('meet on both sides of the date line', async () => {
    const { enter } = newCode();
    const east = roomOf(await enter('ann', { latitude: 0, longitude: 179.9998 }));
    expect(roomOf(await enter('bob', { latitude: 0, longitude: -179.9998 })).roomId).toBe(
      east.roomId,
    );
  });

  it('take names that are part of others for themselves', async () => {
    const { enter } = newCode();
    await enter('anna');
    expect(roomOf(await enter('ann')).userIds).toEqual(['anna', 'ann']);
    expect(roomOf(await enter('.nn')).userIds).toEqual(['anna', 'ann', '.nn']);
  });

  it('meet in one room, however many come at once', async () => {
    const { enter } = newCode();
    const users = Array.from({ length: 20 }, (_, index) => `u${index}`);
    const rooms = (await Promise.all(users.map((user) => enter(user)))).map(roomOf);
    expect(new Set(rooms.map(({ roomId }) => roomId)).size).toBe(1);
    expect(rooms.map(({ userIds }) => userIds.length).sort((a, b) => a - b)).toEqual(
      users.map((_, index) => index + 1),
    );
  });
});

describe('a room', () => {
  it('has places, and refuses whom it has none for', async () => {
    const { enter } = newCode();
    for (let n = 0; n < MAX_FACE_ROOM_USERS; n += 1) await enter(`u${n}`);
    expect(await enter('late')).toEqual({ status: 'full' });
    const again = roomOf(await enter('u7'));
    expect(again.userIds).toHaveLength(MAX_FACE_ROOM_USERS);
  });

  it('is one of so many of its code', async () => {
    const { code, enter } = newCode();
    const [places, expiries] = fixture.keys.faceRooms('a', code);
    const later = String(Date.now() + 60_000);
    const many = Array.from({ length: MAX_FACE_ROOMS }, (_, index) => `${code}-${index}`);
    await fixture.raw.zadd(expiries, ...many.flatMap((room): string[] => [later, room]));
    await fixture.raw.geoadd(places, ...many.flatMap((room): string[] => ['0', '0', room]));
    expect(await enter('ann')).toEqual({ status: 'crowded' });
    expect((await enter('ann', { latitude: 0, longitude: 0 })).status).toBe('in');
  });

  it('ends some minutes after the last arrival, and leaves nothing', async () => {
    const { code, enter } = newCode();
    const first = roomOf(await enter('ann'));
    const [places, expiries, people] = fixture.keys.faceRooms('a', code);
    const end = (roomId: string, atMs: number) => fixture.raw.zadd(expiries, String(atMs), roomId);
    await end(first.roomId, Date.now() + 10_000);
    const later = roomOf(await enter('bob'));
    expect(later.roomId).toBe(first.roomId);
    expect(later.expiresMs).toBeGreaterThan(Date.now() + 200_000);
    await fixture.directory.faceRooms.mark('a', first.roomId, 'team');
    await end(first.roomId, Date.now() - 1);
    const next = roomOf(await enter('carl'));
    expect(next).toMatchObject({ userIds: ['carl'], groupId: '' });
    expect(next.roomId).not.toBe(first.roomId);
    expect(await fixture.raw.zrange(places, '0', '-1')).toEqual([next.roomId]);
    expect(await fixture.raw.zrange(expiries, '0', '-1')).toEqual([next.roomId]);
    expect(await fixture.raw.hkeys(people)).toEqual([next.roomId]);
    for (const key of [places, expiries, people]) {
      const leftMs = await fixture.raw.pttl(key);
      expect(leftMs).toBeGreaterThan(200_000);
      expect(leftMs).toBeLessThanOrEqual(300_000);
    }
  });
});
