import { isPending, MEMBER_FLAGS } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, FriendStep } from '../../src/index.js';
import {
  befriend,
  block,
  flags,
  FriendRig,
  greeting,
  request,
  source,
  unfriend,
} from './friend-rig.js';
import { addUsers, allow, app, direct, message, note, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let friends: FriendRig;
let pair = 0;
let a = '';
let b = '';

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  friends = new FriendRig(db);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  pair += 1;
  [a, b] = [`a${pair}`, `b${pair}`];
  await addUsers(db, a, b);
});

const change: FriendRig['change'] = (...of) => friends.change(...of);
const steps: FriendRig['steps'] = (...of) => friends.steps(...of);
const facts: FriendRig['facts'] = (...of) => friends.facts(...of);
const feed: FriendRig['feed'] = (...of) => friends.feed(...of);
const flagsOf = async (who: string): Promise<number | undefined> =>
  (await db.conversations.member(app, user(who), direct(a, b)))?.member.flags;

describe('a friendship', () => {
  const all = () => [
    befriend(a, b, 'Bee'),
    befriend(b, a),
    request(b, a, { state: 'accepted' }),
    flags(MEMBER_FLAGS.friends, 0, a, b),
    greeting,
  ];

  it('is written with feeds, chat and states in one transaction', async () => {
    const { answer, commit } = await steps(a, b, ...all());
    expect(answer).toEqual({
      friendId: b,
      remark: 'Bee',
      tags: ['t'],
      source,
      createdMs: 5,
      hideMyPosts: false,
      hideTheirPosts: false,
      feedSeq: 1,
    });
    const places = commit?.entries.map(({ conversationId, seq, kind }) =>
      [conversationId, seq, kind].join(' '),
    );
    expect(places).toEqual([
      `s:${a} 1 friendChanged`,
      `s:${b} 1 friendChanged`,
      `s:${b} 2 friendRequestChanged`,
      `s:${a} 2 friendRequestChanged`,
      `d:${a}:${b} 1 becameFriends`,
    ]);
    expect(commit?.states.map(({ member }) => [member.userId, member.flags, member.rev])).toEqual([
      [a, MEMBER_FLAGS.friends, 1],
      [b, MEMBER_FLAGS.friends, 1],
    ]);
    const chat = await db.conversations.member(app, user(b), direct(a, b));
    expect(chat).toMatchObject({ lastSeq: 1, lastOrdinal: 0, shownSeq: 1 });
  });

  it('keeps in its rows the seqs of the entries that told of it', async () => {
    await steps(a, b, request(b, a), ...all());
    await steps(a, b, befriend(a, b, 'Again'));
    const [row] = await db.friends.friends(app, user(a), { afterId: '', limit: 10 });
    const told = (await feed(a)).at(-1);
    expect([row?.feedSeq, row?.remark]).toEqual([told?.seq, 'Again']);
    expect(told?.about).toEqual(row);
  });

  it('leaves who has the flags already alone', async () => {
    await steps(a, b, ...all());
    const { commit } = await steps(a, b, flags(MEMBER_FLAGS.friends, 0, a, b));
    expect(commit).toBeNull();
    const after = await steps(a, b, flags(MEMBER_FLAGS.allowed, MEMBER_FLAGS.friends, b));
    expect(after.commit?.states.map(({ member }) => member.userId)).toEqual([b]);
    expect([await flagsOf(a), await flagsOf(b)]).toEqual([
      MEMBER_FLAGS.friends,
      MEMBER_FLAGS.allowed,
    ]);
  });

  it('makes no chat for what comes to nothing, and is made again when it needs one', async () => {
    await change(a, b, () => ({ steps: [], answer: () => null }));
    expect(await flagsOf(a)).toBeUndefined();
    let runs = 0;
    const { commit } = await change(a, b, () => {
      runs += 1;
      return { steps: all(), answer: () => runs };
    });
    expect(runs).toBe(2);
    expect(commit?.entries).toHaveLength(5);
  });

  it('is undone whole when a step fails', async () => {
    const broken = { ...befriend(b, a), entry: () => ({ ...note('x'), kind: 'k'.repeat(300) }) };
    await expect(steps(a, b, befriend(a, b), broken as FriendStep)).rejects.toThrow('log end');
    expect(await feed(a)).toEqual([]);
    expect(await db.friends.friends(app, user(a), { afterId: '', limit: 10 })).toEqual([]);
  });

  it('is between two users that exist', async () => {
    await expect(steps(a, a)).rejects.toThrow(RangeError);
    await expect(steps(a, 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'user_id' });
  });
});

describe('what a decision is told', () => {
  it('is what each side has, has asked and blocks, and how much of it', async () => {
    await steps(a, b, request(a, b, { text: 'pls' }), block(true));
    await steps(b, a, befriend(b, a), request(b, a, { state: 'rejected', read: true }));
    const now = await facts(a, b);
    expect(now.own).toMatchObject({ friend: null, blocks: true, request: { text: 'pls' } });
    expect(now.own).toMatchObject({ friendCount: 0, blockCount: 1, pendingCount: 1 });
    expect(now.own.request).toMatchObject({ remark: 'r', tags: ['x'], read: false });
    expect(now.peer).toMatchObject({ blocks: false, friendCount: 1, friend: { friendId: a } });
    expect(now.peer.request).toMatchObject({ state: 'rejected', read: true, fromId: b, toId: a });
    await steps(b, a, unfriend(b, a));
    expect((await facts(a, b)).peer).toMatchObject({ friend: null, friendCount: 0 });
  });

  it('counts no request whose time is over', async () => {
    await steps(a, b, request(a, b, { expiresMs: Date.now() - 1 }));
    expect((await facts(a, b)).own.pendingCount).toBe(0);
    expect(await db.friends.unreadRequests(app, user(b))).toBe(0);
  });
});

describe('a request', () => {
  it('is told to both sides, with what each has not seen', async () => {
    await steps(a, b, request(a, b));
    await steps(a, b, request(a, b, { state: 'cancelled', read: true }));
    const counts = async (of: string) =>
      (await feed(of)).map(({ about }) => [about.state, about.unread, about.read]);
    expect(await counts(b)).toEqual([
      ['pending', 1, false],
      ['cancelled', 0, true],
    ]);
    // Whether it was seen, the requester does not learn.
    expect(await counts(a)).toEqual([
      ['pending', 0, false],
      ['cancelled', 0, false],
    ]);
  });

  it('is answered or taken back, never both', async () => {
    for (let round = 0; round < 6; round += 1) {
      await steps(a, b, request(a, b));
      const end = (own: string, peer: string, state: 'accepted' | 'cancelled') =>
        change(
          own,
          peer,
          ({ own: one, peer: other, nowMs }) => {
            const now = own === a ? one.request : other.request;
            if (!isPending(now, nowMs)) throw new RangeError('no longer pending');
            return { steps: [request(a, b, { state })], answer: () => state };
          },
          { chat: state === 'accepted' },
        );
      const ends = await Promise.allSettled([end(b, a, 'accepted'), end(a, b, 'cancelled')]);
      const won = ends.filter((one) => one.status === 'fulfilled');
      expect(won).toHaveLength(1);
      expect((await facts(a, b)).own.request?.state).toBe(won[0]?.value.answer);
    }
  });
});

describe('a block', () => {
  const judge = (_: unknown, member: { flags: number } | null) =>
    ((member?.flags ?? 0) & MEMBER_FLAGS.blockedByPeer) === 0 ? null : new RangeError('blocked');
  const blocking = (on: boolean) =>
    change(
      a,
      b,
      () => ({
        steps: [
          block(on),
          flags(on ? MEMBER_FLAGS.blockedByPeer : 0, on ? 0 : MEMBER_FLAGS.blockedByPeer, b),
        ],
        answer: () => on,
      }),
      { feeds: 'own', chat: true },
    );

  it('is told to the blocker alone, and marks the row of the blocked, also before any message', async () => {
    await blocking(true);
    expect([await flagsOf(a), await flagsOf(b)]).toEqual([0, MEMBER_FLAGS.blockedByPeer]);
    expect(await db.friends.blocks(app, user(a), { afterId: '', limit: 9 })).toEqual([b]);
    expect((await feed(a)).map(({ kind }) => kind)).toEqual(['block']);
    expect(await feed(b)).toEqual([]);
    await blocking(false);
    expect(await flagsOf(b)).toBe(0);
    expect(await db.friends.blocks(app, user(a), { afterId: '', limit: 9 })).toEqual([]);
  });

  it('comes after a message of the same moment, or refuses it', async () => {
    await db.conversations.ensureDirect([{ appId: app, conversationId: direct(a, b) }]);
    for (let round = 0; round < 8; round += 1) {
      const sends = Array.from({ length: 5 }, () =>
        db.append.commitBatch([message(direct(a, b), b)], { ...allow, judge: judge as never }),
      );
      const [blocked, ...sent] = await Promise.all([blocking(true), ...sends]);
      expect(blocked.commit?.states).toMatchObject([{ member: { userId: b } }]);
      const stored = sent.flatMap(({ outcomes }) =>
        outcomes.map((outcome) => (outcome.status === 'committed' ? outcome.seq : 0)),
      );
      // The state that the block pushed shows the log as it was under its lock.
      const atBlock = blocked.commit?.states[0]?.lastSeq ?? 0;
      expect(Math.max(0, ...stored)).toBeLessThanOrEqual(atBlock);
      await blocking(false);
    }
  });
});

it('a repeated change gets the first answer and writes nothing, also at the same moment', async () => {
  let runs = 0;
  const once = () =>
    change(
      a,
      b,
      () => {
        runs += 1;
        const remark = `run ${runs}`;
        return { steps: [befriend(a, b, remark)], answer: (friend) => friend };
      },
      { requestId: 'same' },
    );
  const answers = await Promise.all(Array.from({ length: 6 }, once));
  answers.push(await once());
  expect(new Set(answers.map(({ answer }) => answer?.remark)).size).toBe(1);
  expect(await feed(a)).toHaveLength(1);
});
