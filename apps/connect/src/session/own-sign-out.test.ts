import type { Revocation } from '@queqiao/protocol/link';
import { beforeEach, expect, it } from 'vitest';
import { callItem, SessionRig, type FakeSocket } from '../../test/session-rig.js';
import { FEED_EVERY_MS } from './revocation-feed.js';
import { ANSWER_FIRST_MS } from './revocations.js';

let rig: SessionRig;
beforeEach(() => {
  rig = new SessionRig();
});

async function askToSignOut(socket: FakeSocket, ...ids: number[]): Promise<void> {
  for (const id of ids) {
    const signOut = callItem(id);
    signOut.value.method = 'queqiao.client.v1.DeviceService/SignOutDevice';
    rig.send(socket, signOut);
  }
  await rig.settle();
}

function row(userId: string, revokedMs: number): Revocation {
  return { appId: 'app', userId, deviceId: 'd1', tokenId: '', banned: false, revokedMs };
}

/** The database's clock in the next answer of the feed. */
const asTheFeedAsks = () => rig.clock.now() + FEED_EVERY_MS;

it('a sign-out of the device’s own is answered first, but not when that takes long', async () => {
  const quick = await rig.signedIn('app/ann', 'd1');
  const slow = await rig.signedIn('app/bob', 'd1');
  for (const socket of [quick, slow]) await askToSignOut(socket, 7);
  rig.logic.revocations = [
    row('ann', asTheFeedAsks()),
    row('bob', asTheFeedAsks() - ANSWER_FIRST_MS),
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

it('has its answer also when another one that it asked for is answered before', async () => {
  const socket = await rig.signedIn();
  await askToSignOut(socket, 7, 8);
  rig.logic.release(1);
  await rig.settle();
  rig.logic.revocations = [row('ann', asTheFeedAsks())];
  await rig.clock.advanceAsync(FEED_EVERY_MS);
  expect(socket.closeCode).toBeNull();
  rig.logic.release();
  await rig.clock.advanceAsync(FEED_EVERY_MS);
  expect(socket.kinds()).toEqual(['connected', 'reply', 'reply', 'disconnect']);
});

it('has its answer also when the news of it comes in the same turn', async () => {
  const socket = await rig.signedIn();
  await askToSignOut(socket, 7);
  rig.logic.revocations = [row('ann', asTheFeedAsks())];
  let hear = () => {};
  rig.logic.feedHold = new Promise((resolve) => (hear = resolve));
  await rig.clock.advanceAsync(FEED_EVERY_MS);
  rig.logic.release();
  hear();
  await rig.settle();
  expect(socket.kinds()).toEqual(['connected', 'reply', 'disconnect']);
});
