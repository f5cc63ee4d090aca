import { encodeItems } from '@queqiao/protocol/client';
import { Deliver, type Revocation } from '@queqiao/protocol/link';
import { describe, expect, it } from 'vitest';
import { callItem, SessionRig } from '../../test/session-rig.js';
import { FEED_EVERY_MS, FEED_MAX_IN_FLIGHT } from './revocation-feed.js';
import { REVOCATIONS_FRESH_MS } from './write-gate.js';

const PUSH = encodeItems([
  { item: { $case: 'resync', value: { conversationId: 'c', reason: '' } } },
]);
const PING = { $case: 'ping', value: {} } as const;

function deliver(rig: SessionRig, ...sessions: number[]): void {
  rig.sessions.down.deliver(Deliver.fromPartial({ protoFrame: PUSH, sessions }));
}

function revocation(rig: SessionRig, row: Partial<Revocation> = {}): Revocation {
  const who = { appId: 'app', userId: 'ann', deviceId: 'd1', tokenId: '', banned: false };
  return { ...who, revokedMs: rig.clock.now(), ...row };
}

describe('a sign-out', () => {
  it('closes the device’s sessions 4204 within one round of the feed, and nobody else’s', async () => {
    const rig = new SessionRig();
    const gone = await rig.signedIn('app/ann', 'd1');
    const others = [
      await rig.signedIn('app/ann', 'd2'),
      await rig.signedIn('app/bob', 'd1'),
      await rig.signedIn('else/ann', 'd1'),
    ];
    rig.logic.revocations = [revocation(rig)];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    expect(gone.closeCode).toBe(4204);
    expect(gone.last('disconnect').code).toBe(4204);
    expect(others.map(({ closeCode }) => closeCode)).toEqual([null, null, null]);
    expect(await rig.metric('queqiao_connect_revoked_sessions_total')).toBe(1);
  });

  it('without a device closes all of the user', async () => {
    const rig = new SessionRig();
    const own = [await rig.signedIn('app/ann', 'd1'), await rig.signedIn('app/ann', 'd2')];
    const other = await rig.signedIn('app/bob', 'd1');
    rig.logic.revocations = [revocation(rig, { deviceId: '' })];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    expect(own.map(({ closeCode }) => closeCode)).toEqual([4204, 4204]);
    expect(other.closeCode).toBeNull();
  });

  it('seen again does not close a session whose token is newer', async () => {
    const rig = new SessionRig();
    rig.logic.revocations = [revocation(rig)];
    await rig.clock.advanceAsync(1_000);
    const again = await rig.signedIn('app/ann', 'd1', 2);
    const refreshed = await rig.signedIn('app/bob', 'd1');
    rig.logic.revocations.push(revocation(rig, { userId: 'bob' }));
    await rig.clock.advanceAsync(1);
    rig.send(refreshed, { $case: 'refresh', value: { token: 'good' } });
    await rig.settle();
    await rig.clock.advanceAsync(3 * FEED_EVERY_MS);
    expect([again.closeCode, refreshed.closeCode]).toEqual([null, null]);
  });

  it('catches a sign-in that logic had let pass before, however long its answer took', async () => {
    const rig = new SessionRig();
    const issuedMs = rig.clock.now();
    rig.logic.tokenIssuedMs = () => issuedMs;
    const socket = rig.open();
    rig.connect(socket, 'slow/app/ann');
    await rig.settle();
    rig.logic.revocations = [revocation(rig)];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    // The feed does not repeat it any more when the sign-in is answered.
    rig.logic.revocations = [];
    await rig.clock.advanceAsync(50_000);
    rig.logic.release();
    await rig.settle();
    expect(socket.closeCode).toBe(4202);
    expect(socket.kinds()).not.toContain('connected');
    expect(rig.directory.registered).toEqual([]);
  });

  it('drops what waits for the device, and cuts one that has not read what was written before', async () => {
    const rig = new SessionRig();
    const [reader, staller] = [await rig.signedIn('app/ann'), await rig.signedIn('app/ann', 'd2')];
    staller.buffered = 10;
    rig.logic.feedAway = true;
    await rig.clock.advanceAsync(REVOCATIONS_FRESH_MS + FEED_EVERY_MS);
    deliver(rig, 1, 2);
    await rig.settle();
    rig.logic.revocations = [revocation(rig, { deviceId: '' })];
    rig.logic.feedAway = false;
    await rig.clock.advanceAsync(1_000);
    expect(reader.closeCode).toBe(4204);
    expect(staller.closeCode).toBe(1006);
    for (const socket of [reader, staller]) expect(socket.kinds()).toEqual(['connected']);
  });

  it('that may have been missed for good sends every device to sign in again', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.logic.tooOld = true;
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    expect(socket.closeCode).toBe(4004);
  });
});

describe('a ban', () => {
  const ban = (rig: SessionRig) => revocation(rig, { deviceId: '', banned: true });

  it('closes all sessions of the user, also one whose token is of a later time, and nobody else’s', async () => {
    const rig = new SessionRig();
    // An issuer whose clock is ahead.
    rig.logic.tokenIssuedMs = () => rig.clock.now() + 60_000;
    const gone = [await rig.signedIn('app/ann', 'd1'), await rig.signedIn('app/ann', 'd2')];
    const others = [await rig.signedIn('app/bob'), await rig.signedIn('else/ann')];
    rig.logic.revocations = [ban(rig)];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    expect(gone.map(({ closeCode }) => closeCode)).toEqual([4204, 4204]);
    expect(others.map(({ closeCode }) => closeCode)).toEqual([null, null]);
  });

  it('does not keep out who signs in when it is over, even with a token from before', async () => {
    const rig = new SessionRig();
    const issuedMs = rig.clock.now();
    rig.logic.tokenIssuedMs = () => issuedMs;
    await rig.clock.advanceAsync(10);
    const row = ban(rig);
    rig.logic.revocations = [row];
    await rig.clock.advanceAsync(FEED_EVERY_MS);
    rig.logic.userBannedMs = row.revokedMs;
    const again = await rig.signedIn('app/ann');
    // The feed repeats what it said for a while.
    await rig.clock.advanceAsync(3 * FEED_EVERY_MS);
    expect(again.closeCode).toBeNull();
  });

  it('catches a sign-in that logic had let pass before', async () => {
    const rig = new SessionRig();
    rig.logic.revocations = [ban(rig)];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    rig.logic.revocations = [];
    const socket = rig.open();
    rig.connect(socket, 'app/ann');
    await rig.settle();
    expect(socket.closeCode).toBe(4202);
  });
});

describe('the end of a token', () => {
  const ended = (rig: SessionRig, tokenId: string) => revocation(rig, { deviceId: '', tokenId });

  it('closes what it opened, whenever it was issued, and no other session of its user', async () => {
    const rig = new SessionRig();
    // An issuer whose clock is ahead.
    rig.logic.tokenIssuedMs = () => rig.clock.now() + 60_000;
    rig.logic.tokenId = 't1';
    const gone = [await rig.signedIn('app/ann', 'd1'), await rig.signedIn('app/ann', 'd2')];
    const refreshed = await rig.signedIn('app/ann', 'd3');
    const sameId = await rig.signedIn('app/bob', 'd1');
    rig.logic.tokenId = 't2';
    rig.send(refreshed, { $case: 'refresh', value: { token: 'good' } });
    await rig.settle();
    const newer = await rig.signedIn('app/ann', 'd4');
    rig.logic.tokenId = '';
    const nameless = await rig.signedIn('app/ann', 'd5');
    rig.logic.revocations = [ended(rig, 't1')];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    expect(gone.map(({ closeCode }) => closeCode)).toEqual([4204, 4204]);
    const others = [refreshed, sameId, newer, nameless];
    expect(others.map(({ closeCode }) => closeCode)).toEqual(others.map(() => null));
    expect(rig.logic.feedRequests.every(({ withTokens }) => withTokens)).toBe(true);
  });

  it('catches a sign-in that logic had let pass before, and no other one', async () => {
    const rig = new SessionRig();
    rig.logic.revocations = [ended(rig, 't1')];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    rig.logic.revocations = [];
    rig.logic.tokenId = 't2';
    const other = await rig.signedIn('app/ann', 'd9');
    rig.logic.tokenId = 't1';
    const socket = rig.open();
    rig.connect(socket, 'app/ann');
    await rig.settle();
    expect([socket.closeCode, other.closeCode]).toEqual([4202, null]);
  });
});

describe('a suspension of an app', () => {
  const suspended = (rig: SessionRig) => ({
    appId: 'app',
    keyId: '',
    revokedMs: rig.clock.now(),
  });

  it('closes all of its sessions 4204 within one round of the feed, and none of another app', async () => {
    const rig = new SessionRig();
    const gone = [await rig.signedIn('app/ann'), await rig.signedIn('app/bob')];
    const other = await rig.signedIn('else/ann');
    rig.logic.appRevocations = [suspended(rig)];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    expect(gone.map(({ closeCode }) => closeCode)).toEqual([4204, 4204]);
    expect(other.closeCode).toBeNull();
    expect(await rig.metric('queqiao_connect_revoked_sessions_total')).toBe(2);
  });

  it('does not keep out who signs in when it is over, even with a token from before', async () => {
    const rig = new SessionRig();
    const issuedMs = rig.clock.now();
    rig.logic.tokenIssuedMs = () => issuedMs;
    await rig.clock.advanceAsync(10);
    const row = suspended(rig);
    rig.logic.appRevocations = [row];
    await rig.clock.advanceAsync(FEED_EVERY_MS);
    rig.logic.appSuspendedMs = row.revokedMs;
    const again = await rig.signedIn('app/ann');
    // The feed repeats what it said for a while.
    await rig.clock.advanceAsync(3 * FEED_EVERY_MS);
    expect(again.closeCode).toBeNull();
  });

  it('catches a sign-in that logic had let pass before', async () => {
    const rig = new SessionRig();
    const socket = rig.open();
    rig.connect(socket, 'slow/app/ann');
    await rig.settle();
    rig.logic.appRevocations = [suspended(rig)];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    rig.logic.appRevocations = [];
    rig.logic.release();
    await rig.settle();
    expect(socket.closeCode).toBe(4202);
    expect(rig.directory.registered).toEqual([]);
  });
});

describe('the end of a key', () => {
  it('closes sessions that its tokens opened, not those that were refreshed with another', async () => {
    const rig = new SessionRig();
    const gone = await rig.signedIn('app/ann');
    const refreshed = await rig.signedIn('app/bob');
    const elsewhere = await rig.signedIn('else/ann');
    rig.logic.keyId = 'k2';
    const newer = await rig.signedIn('app/carol');
    rig.send(refreshed, { $case: 'refresh', value: { token: 'good' } });
    await rig.settle();
    rig.logic.appRevocations = [{ appId: 'app', keyId: 'k1', revokedMs: rig.clock.now() }];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    expect(gone.closeCode).toBe(4204);
    expect([refreshed, elsewhere, newer].map(({ closeCode }) => closeCode)).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('catches a sign-in that logic had let pass before', async () => {
    const rig = new SessionRig();
    rig.logic.appRevocations = [{ appId: 'app', keyId: 'k1', revokedMs: rig.clock.now() }];
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    rig.logic.appRevocations = [];
    const socket = rig.open();
    rig.connect(socket, 'app/ann');
    await rig.settle();
    expect(socket.closeCode).toBe(4202);
  });
});

describe('while logic does not say who was signed out', () => {
  async function unheard(maxOutboxBytes = 512 * 1024) {
    const rig = new SessionRig({ maxOutboxBytes });
    const socket = await rig.signedIn();
    rig.logic.feedAway = true;
    await rig.clock.advanceAsync(REVOCATIONS_FRESH_MS + FEED_EVERY_MS);
    return { rig, socket };
  }

  it('pushes and replies wait, and go out in order with the first answer', async () => {
    const { rig, socket } = await unheard();
    deliver(rig, 1);
    rig.send(socket, callItem(1));
    await rig.settle();
    deliver(rig, 1);
    await rig.settle();
    expect(socket.kinds()).toEqual(['connected']);
    expect(await rig.metric('queqiao_connect_held_sessions')).toBe(1);
    expect(await rig.metric('queqiao_connect_holds_total')).toBe(1);
    rig.logic.feedAway = false;
    await rig.clock.advanceAsync(1_000);
    expect(socket.kinds()).toEqual(['connected', 'resync', 'reply', 'resync']);
    expect(await rig.metric('queqiao_connect_held_sessions')).toBe(0);
  });

  it('an answer grows old by the wall clock too, which goes on when a machine is suspended', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.clock.jumpWall(REVOCATIONS_FRESH_MS);
    deliver(rig, 1);
    await rig.settle();
    expect(socket.kinds()).toEqual(['connected']);
    await rig.clock.advanceAsync(FEED_EVERY_MS);
    expect(socket.kinds()).toEqual(['connected', 'resync']);
  });

  it('pongs and refusals of this node go out, so that sockets stay', async () => {
    const { rig, socket } = await unheard();
    deliver(rig, 1);
    rig.send(socket, PING, callItem(1, 'Lost'));
    await rig.settle();
    expect(socket.kinds().sort()).toEqual(['connected', 'pong', 'reply']);
    expect(socket.last('reply').result?.$case).toBe('error');
    expect(socket.closeCode).toBeNull();
  });

  it('a session with more than it may hold is closed, without what it held', async () => {
    const { rig, socket } = await unheard(1_000);
    for (let n = 0; n < 200; n += 1) deliver(rig, 1);
    await rig.settle();
    expect(socket.closeCode).toBe(4002);
    expect(socket.kinds()).toEqual(['connected', 'disconnect']);
    expect(await rig.metric('queqiao_connect_outbox_bytes')).toBe(0);
  });

  it('asks several nodes, but only so many at once', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    let answer: () => void = () => undefined;
    rig.logic.feedHold = new Promise((resolve) => (answer = resolve));
    const before = rig.logic.feedRequests.length;
    await rig.clock.advanceAsync(20_000);
    expect(rig.logic.feedRequests.length - before).toBe(FEED_MAX_IN_FLIGHT);
    // Answers to questions from long ago open nothing.
    rig.logic.feedAway = true;
    answer();
    await rig.settle();
    deliver(rig, 1);
    await rig.settle();
    expect(socket.kinds()).toEqual(['connected']);
  });
});

describe('after this process stood still', () => {
  /** As the detector in front of every look does. */
  function standStill(rig: SessionRig, ms: number): void {
    let pending = true;
    rig.onPauseCheck = () => {
      if (!pending) return;
      pending = false;
      rig.sessions.stoodStill();
    };
    rig.clock.pause(ms);
  }

  it('not a byte goes out before an answer to a question asked since', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    let answer: () => void = () => undefined;
    rig.logic.feedHold = new Promise((resolve) => (answer = resolve));
    await rig.clock.advanceAsync(FEED_EVERY_MS + 100);
    // Asked before, answered after.
    rig.logic.feedAway = true;
    standStill(rig, 6_000);
    deliver(rig, 1);
    rig.send(socket, PING);
    answer();
    await rig.settle();
    rig.send(socket, PING);
    await rig.settle();
    expect(socket.kinds()).toEqual(['connected']);
    rig.logic.feedHold = null;
    rig.logic.feedAway = false;
    await rig.clock.advanceAsync(1_000);
    expect(socket.kinds()).toEqual(['connected', 'resync', 'pong', 'pong']);
  });

  it('a device that was signed out meanwhile gets the close and nothing else', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.logic.revocations = [revocation(rig)];
    standStill(rig, 6_000);
    deliver(rig, 1);
    rig.send(socket, PING);
    await rig.clock.advanceAsync(1_000);
    expect(socket.closeCode).toBe(4204);
    expect(socket.kinds()).toEqual(['connected']);
  });
});
