import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, sharedFixture } from '../fixture.js';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

it('keeps the first group that came of a room, for all who come later', async () => {
  const { faceRooms } = fixture.directory;
  const place = { appId: 'a', code: '0043', latitude: 1, longitude: 2 };
  const entered = await faceRooms.enter({ ...place, userId: 'ann' });
  if (entered.status !== 'in') throw new Error(entered.status);
  const { roomId } = entered.room;
  expect(await faceRooms.mark('a', roomId, 'team')).toBe(true);
  expect(await faceRooms.mark('a', roomId, 'other')).toBe(false);
  expect(await faceRooms.enter({ ...place, userId: 'bob' })).toMatchObject({
    room: { roomId, groupId: 'team', userIds: ['ann', 'bob'] },
  });
  expect(await faceRooms.room('a', roomId)).toMatchObject({ groupId: 'team' });
});

it('keeps nothing for a room that is gone', async () => {
  const { faceRooms } = fixture.directory;
  expect(await faceRooms.mark('a', '0044-gone', 'team')).toBe(false);
  const [, , people] = fixture.keys.faceRooms('a', '0044');
  expect(await fixture.raw.exists(people)).toBe(0);
});
