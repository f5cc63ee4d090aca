import { encodeItems, Entry } from '@queqiao/protocol/client';
import type { Deliver, LargeJoin } from '@queqiao/protocol/link';
import { beforeEach, describe, expect, it } from 'vitest';
import { SessionRig, type FakeSocket } from '../../test/session-rig.js';
import { MAX_WAITING_ENTRIES } from './large-deliveries.js';

const GROUP = 'g:crowd';
let rig: SessionRig;

beforeEach(() => {
  rig = new SessionRig();
  rig.logic.large = [member('ann', 0), member('bob', 5), member('carl', 9)];
});

function member(userId: string, joinedSeq: number, leaveVersion = 0) {
  return { userId, conversationId: GROUP, joinedSeq, leaveVersion };
}

/** What logic sends to every node for one entry of the group. */
function entry(seq: number, leaveVersion = 0, exceptSession = 0): void {
  const value = Entry.create({ conversationId: GROUP, seq });
  const push = { $case: 'push', value: { event: { $case: 'entry', value } } } as const;
  rig.sessions.down.largeDeliver({
    appId: 'app',
    conversationId: GROUP,
    seq,
    leaveVersion,
    protoFrame: encodeItems([{ item: push }]),
    jsonItem: new Uint8Array(),
    exceptSession,
  });
}

function seqs(socket: FakeSocket): number[] {
  return socket.items.flatMap((item) => {
    const event = item.$case === 'push' ? item.value.event : undefined;
    return event?.$case === 'entry' ? [event.value.seq] : [];
  });
}

/** The push that tells a user of the membership, here a resync so that it can be seen. */
function state(session: number, largeJoin: LargeJoin | undefined): Deliver {
  const value = { conversationId: GROUP, reason: 'state' };
  const protoFrame = encodeItems([{ item: { $case: 'resync', value } }]);
  const none = { users: [], exceptSession: 0, jsonItem: new Uint8Array() };
  return { ...none, protoFrame, sessions: [session], largeJoin };
}

const joining = (userId: string, joinedSeq: number, leaveVersion: number): LargeJoin => ({
  appId: 'app',
  ...member(userId, joinedSeq, leaveVersion),
});

const numberOf = (socket: FakeSocket): number => socket.session?.number ?? 0;

describe('entries of a large group', () => {
  it('reach the sessions of its members who joined before, and nobody else', async () => {
    const [ann, bob, carl, zoe] = await Promise.all(
      ['ann', 'bob', 'carl', 'zoe'].map((user) => rig.signedIn(`app/${user}`)),
    );
    for (const seq of [5, 6, 9, 10]) entry(seq);
    await rig.settle();
    expect(seqs(ann as FakeSocket)).toEqual([5, 6, 9, 10]);
    expect(seqs(bob as FakeSocket)).toEqual([6, 9, 10]);
    expect(seqs(carl as FakeSocket)).toEqual([10]);
    expect(seqs(zoe as FakeSocket)).toEqual([]);
  });

  it('leave out the session that wrote them, and end with the session', async () => {
    const ann = await rig.signedIn('app/ann', 'd1');
    const other = await rig.signedIn('app/ann', 'd2');
    entry(1, 0, numberOf(ann));
    await rig.settle();
    expect([seqs(ann), seqs(other)]).toEqual([[], [1]]);
    rig.closed(other, 1000);
    rig.closed(ann, 1000);
    expect(await rig.metric('queqiao_connect_large_groups')).toBe(0);
    entry(2);
  });

  it('are of one app', async () => {
    const stranger = await rig.signedIn('other/ann');
    rig.logic.large = [];
    entry(1);
    await rig.settle();
    expect(seqs(stranger)).toEqual([]);
  });

  it('wait until those who left before are known and gone, in order', async () => {
    const ann = await rig.signedIn('app/ann');
    const bob = await rig.signedIn('app/bob');
    rig.logic.leavers = [{ conversationId: GROUP, userId: 'bob', leaveVersion: 1 }];
    entry(20, 0);
    entry(21, 1);
    entry(22, 1);
    entry(23, 0);
    await rig.settle();
    expect(seqs(ann)).toEqual([20, 21, 22, 23]);
    expect(seqs(bob)).toEqual([20]);
    expect(rig.logic.largeQuestions).toContain(`leavers ${GROUP} 0`);
  });

  it('of the time before a leave go to who is still known, not to who has left', async () => {
    const bob = await rig.signedIn('app/bob');
    rig.logic.leavers = [{ conversationId: GROUP, userId: 'bob', leaveVersion: 1 }];
    entry(21, 1);
    entry(20, 0);
    await rig.settle();
    expect(seqs(bob)).toEqual([]);
  });
});

describe('a member', () => {
  it('who joins is taken in before being told so', async () => {
    const zoe = await rig.signedIn('app/zoe');
    rig.sessions.down.deliver(state(numberOf(zoe), joining('zoe', 30, 0)));
    entry(30);
    entry(31);
    await rig.settle();
    expect(zoe.kinds().slice(-2)).toEqual(['resync', 'push']);
    expect(seqs(zoe)).toEqual([31]);
  });

  it('who comes back after a leave that the node has not heard of is in, and the others who left are not', async () => {
    const ann = await rig.signedIn('app/ann');
    const bob = await rig.signedIn('app/bob');
    rig.logic.leavers = [
      { conversationId: GROUP, userId: 'bob', leaveVersion: 1 },
      { conversationId: GROUP, userId: 'ann', leaveVersion: 2 },
    ];
    let answer: () => void = () => undefined;
    rig.logic.largeHold = new Promise((resolve) => (answer = resolve));
    rig.sessions.down.deliver(state(numberOf(bob), joining('bob', 40, 2)));
    await rig.settle();
    // Told of it before it is in, the device could read what is there and miss what comes then.
    expect(bob.kinds()).not.toContain('resync');
    answer();
    await rig.settle();
    expect(bob.kinds()).toContain('resync');
    entry(40, 2);
    entry(41, 2);
    await rig.settle();
    expect([seqs(ann), seqs(bob)]).toEqual([[], [41]]);
  });

  it('whose membership was read before a leave is looked at again', async () => {
    const ann = await rig.signedIn('app/ann');
    rig.logic.leavers = [{ conversationId: GROUP, userId: 'bob', leaveVersion: 1 }];
    entry(20, 1);
    await rig.settle();
    // What this sign-in reads is older than what the node knows by now, and bob has left.
    const stale = rig.logic.large;
    const bob = rig.open();
    rig.connect(bob, 'app/bob');
    await rig.settle();
    rig.logic.large = stale.filter(({ userId }) => userId !== 'bob');
    await rig.settle();
    entry(21, 1);
    await rig.settle();
    expect([seqs(ann), seqs(bob)]).toEqual([[20, 21], []]);
    expect(
      rig.logic.largeQuestions.filter((question) => question === 'members bob').length,
    ).toBeGreaterThan(1);
  });

  it('is taken in before connected, and nobody is connected while logic cannot say', async () => {
    rig.logic.largeAway = true;
    const ann = await rig.signedIn('app/ann');
    expect(ann.closeCode).toBe(4003);
    rig.logic.largeAway = false;
    let answer: () => void = () => undefined;
    rig.logic.largeHold = new Promise((resolve) => (answer = resolve));
    const bob = await rig.signedIn('app/bob');
    expect(bob.kinds()).toEqual([]);
    answer();
    await rig.settle();
    expect(bob.kinds()).toEqual(['connected']);
  });

  it('that may have missed a join is taken in before it is told to sync', async () => {
    rig.logic.large = [];
    const zoe = await rig.signedIn('app/zoe');
    rig.logic.large = [member('zoe', 50)];
    rig.sessions.down.resync({ sessions: [numberOf(zoe)], reason: 'lost' });
    await rig.settle();
    expect(zoe.kinds().at(-1)).toBe('resync');
    entry(51);
    await rig.settle();
    expect(seqs(zoe)).toEqual([51]);
  });
});

describe('a node', () => {
  it('takes all of its members in when a group becomes large, and says so once it has', async () => {
    rig.logic.large = [];
    const ann = await rig.signedIn('app/ann');
    rig.logic.large = [member('ann', 0)];
    rig.sessions.down.largeCrossing({ appId: 'app', conversationId: GROUP });
    await rig.settle();
    expect(rig.logic.largeQuestions.at(-1)).toBe(`confirm ${GROUP}`);
    entry(1);
    await rig.settle();
    expect(seqs(ann)).toEqual([1]);
  });

  it('does not say so when it could not ask', async () => {
    await rig.signedIn('app/ann');
    rig.logic.largeAway = true;
    rig.sessions.down.largeCrossing({ appId: 'app', conversationId: GROUP });
    await rig.settle();
    expect(rig.logic.largeQuestions).not.toContain(`confirm ${GROUP}`);
  });

  it.each([
    ['the leaves are too old', () => (rig.logic.largeTooOld = true), 1],
    ['too much waits', () => (rig.logic.largeAway = true), MAX_WAITING_ENTRIES + 1],
  ])(
    'that cannot catch up because %s takes everybody in anew and has them pull',
    async (_, act, entries) => {
      const ann = await rig.signedIn('app/ann');
      act();
      for (let n = 0; n < entries; n += 1) entry(60 + n, 1);
      rig.logic.large = [member('ann', 0, 1)];
      await rig.settle();
      rig.logic.largeTooOld = false;
      rig.logic.largeAway = false;
      await rig.clock.advanceAsync(5_000);
      expect(seqs(ann)).toEqual([]);
      expect(ann.last('resync')).toMatchObject({ conversationId: GROUP });
      entry(5_000, 1);
      await rig.settle();
      expect(seqs(ann)).toEqual([5_000]);
      expect(await rig.metric('queqiao_connect_large_reloads_total')).toBe(1);
    },
  );
});
