import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, sharedFixture } from '../fixture.js';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

const place = { appId: 'a', code: '0042', latitude: 1, longitude: 2 };

it('tells who is in a room of its app, and nothing of one that is gone', async () => {
  const { faceRooms } = fixture.directory;
  await faceRooms.enter({ ...place, userId: 'ann' });
  const entered = await faceRooms.enter({ ...place, userId: 'bob' });
  if (entered.status !== 'in') throw new Error(entered.status);
  const { roomId } = entered.room;
  expect(await faceRooms.room('a', roomId)).toEqual(entered.room);
  expect(await faceRooms.room('b', roomId)).toBeNull();
  expect(await faceRooms.room('a', `${roomId}0`)).toBeNull();
  expect(await faceRooms.room('a', 'nonsense')).toBeNull();
  const [, expiries] = fixture.keys.faceRooms('a', place.code);
  await fixture.raw.zadd(expiries, Date.now() - 1, roomId);
  expect(await faceRooms.room('a', roomId)).toBeNull();
});
