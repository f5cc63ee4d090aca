import { expect, it } from 'vitest';
import { callItem, SessionRig } from '../../test/session-rig.js';
import { FEED_EVERY_MS } from './revocation-feed.js';
import { ANSWER_FIRST_MS } from './revocations.js';

it('a sign-out of the device’s own is answered first, but not when that takes long', async () => {
  const rig = new SessionRig();
  const quick = await rig.signedIn('app/ann', 'd1');
  const slow = await rig.signedIn('app/bob', 'd1');
  const signOut = callItem(7);
  signOut.value.method = 'queqiao.client.v1.DeviceService/SignOutDevice';
  for (const socket of [quick, slow]) rig.send(socket, signOut);
  await rig.settle();
  const row = { appId: 'app', userId: 'ann', deviceId: 'd1', tokenId: '', banned: false };
  const asTheFeedAsks = rig.clock.now() + FEED_EVERY_MS;
  rig.logic.revocations = [
    { ...row, revokedMs: asTheFeedAsks },
    { ...row, userId: 'bob', revokedMs: asTheFeedAsks - ANSWER_FIRST_MS },
  ];
  await rig.clock.advanceAsync(FEED_EVERY_MS);
  expect([quick.closeCode, slow.closeCode]).toEqual([null, 4204]);
  rig.logic.release();
  await rig.settle();
  expect(quick.last('reply').id).toBe(7);
  await rig.clock.advanceAsync(FEED_EVERY_MS);
  expect(quick.closeCode).toBe(4204);
  expect(slow.kinds()).not.toContain('reply');
});
