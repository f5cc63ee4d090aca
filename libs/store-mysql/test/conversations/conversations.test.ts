import { parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, PullInput } from '../../src/index.js';
import { allow, app, direct, message, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
});
afterAll(() => rig.stop());

/** Leaves as a membership change does: under the head's lock, with the row kept. */
async function leave(conversationId: string, userId: string, leftSeq: number, ordinal: number) {
  await rig.root.query(
    `UPDATE members SET left_seq = ?, left_ordinal = ?, rev = rev + 1
     WHERE app_id = ? AND user_id = ? AND conversation_id = ?`,
    [leftSeq, ordinal, app, userId, conversationId],
  );
}

describe('direct chats', () => {
  it('are made once, with their members, and stay as they are', async () => {
    const wanted = [direct('d1', 'd2'), direct('d1', 'd1')].map((conversationId) => ({
      appId: app,
      conversationId,
    }));
    await Promise.all([1, 2, 3].map(() => database.conversations.ensureDirect(wanted)));
    await database.append.commitBatch([message(direct('d1', 'd2'), 'd1')], allow);
    await database.conversations.ensureDirect(wanted);
    const lists = await Promise.all(
      wanted.map(({ conversationId }) => database.conversations.memberList(app, conversationId)),
    );
    expect(lists.map((list) => list?.members.map((each) => each.userId))).toEqual([
      ['d1', 'd2'],
      ['d1'],
    ]);
    const own = await database.conversations.memberships(app, user('d1'));
    const lastSeqs = own.map((each) => [each.member.conversationId, each.lastSeq]);
    expect(Object.fromEntries(lastSeqs)).toEqual({
      [direct('d1', 'd1')]: 0,
      [direct('d1', 'd2')]: 1,
    });
  });

  it('of one app are unknown to another', async () => {
    const other = parseAppId('other');
    const conversationId = direct('d1', 'd2');
    const pull = { fromSeq: 1, toSeq: 0, limit: 10, backwards: false };
    const as = { appId: other, userId: user('d1'), conversationId };
    expect(await database.conversations.memberships(other, user('d1'))).toEqual([]);
    expect(await database.conversations.memberList(other, conversationId)).toBeNull();
    expect(await database.conversations.pull({ ...as, ...pull })).toBeNull();
  });
});

describe('pull', () => {
  const one = direct('p1', 'p2');
  const input: PullInput = {
    appId: app,
    userId: user('p1'),
    conversationId: one,
    fromSeq: 1,
    toSeq: 0,
    limit: 4,
    backwards: false,
  };
  const seqs = async (more: Partial<PullInput>) => {
    const result = await database.conversations.pull({ ...input, ...more });
    return [
      result?.entries.map((entry) => entry.seq),
      result?.notVisible.map(({ fromSeq, toSeq }) => [fromSeq, toSeq]),
      result?.lastSeq,
      result?.hasMore,
    ];
  };

  beforeAll(async () => {
    await database.conversations.ensureDirect([{ appId: app, conversationId: one }]);
    const items = Array.from({ length: 10 }, () => message(one, 'p2'));
    await database.append.commitBatch(items, allow);
  });

  it('answers ranges from either end', async () => {
    expect(await seqs({})).toEqual([[1, 2, 3, 4], [], 10, true]);
    expect(await seqs({ fromSeq: 8 })).toEqual([[8, 9, 10], [], 10, false]);
    expect(await seqs({ backwards: true })).toEqual([[7, 8, 9, 10], [], 10, true]);
    expect(await seqs({ backwards: true, toSeq: 3 })).toEqual([[1, 2, 3], [], 10, false]);
    expect(await seqs({ fromSeq: 11 })).toEqual([[], [], 10, false]);
    expect(await seqs({ toSeq: 99, fromSeq: 9 })).toEqual([[9, 10], [], 10, false]);
  });

  it('shows somebody who left nothing from after the leave, and says what it leaves out', async () => {
    await leave(one, 'p1', 6, 6);
    expect(await seqs({ limit: 100 })).toEqual([[1, 2, 3, 4, 5, 6], [], 6, false]);
    expect(await seqs({ limit: 100, toSeq: 99 })).toEqual([
      [1, 2, 3, 4, 5, 6],
      [[7, 10]],
      6,
      false,
    ]);
    expect(await seqs({ backwards: true, limit: 2 })).toEqual([[5, 6], [], 6, true]);
    expect(await seqs({ backwards: true, limit: 2, toSeq: 10 })).toEqual([[], [[7, 10]], 6, true]);
  });

  it('shows an earlier stint again after a return', async () => {
    await rig.root.query(
      'INSERT INTO member_stints (app_id, user_id, conversation_id, joined_seq, left_seq) VALUES (?, ?, ?, 0, 3)',
      [app, 'p1', one],
    );
    await rig.root.query(
      'UPDATE members SET joined_seq = 7, left_seq = NULL WHERE app_id = ? AND user_id = ? AND conversation_id = ?',
      [app, 'p1', one],
    );
    expect(await seqs({ limit: 100 })).toEqual([[1, 2, 3, 8, 9, 10], [[4, 7]], 10, false]);
  });
});

describe('read cursors', () => {
  const one = direct('r1', 'r2');
  const mark = (seq: number, who = 'r1') =>
    database.members.advanceRead({
      appId: app,
      userId: user(who),
      conversationId: one,
      seq,
      owner: 'logic-1',
      dispatchDelayMs: 3_000,
    });

  beforeAll(async () => {
    await database.conversations.ensureDirect([{ appId: app, conversationId: one }]);
    const items = [1, 2, 3, 4].map((seq) => message(one, 'r2', { countable: seq !== 2 }));
    await database.append.commitBatch(items, allow);
  });

  it('move forward with their ordinal, rev and a dispatch row', async () => {
    const moved = await mark(3);
    expect(moved).toMatchObject({
      status: 'changed',
      membership: {
        lastSeq: 4,
        lastOrdinal: 3,
        change: 5,
        member: { readSeq: 3, readOrdinal: 2, rev: 1 },
      },
    });
    const rows = await rig.rows<{ payload: string }>(
      'SELECT payload FROM dispatch WHERE dispatch_id = ?',
      [moved.status === 'changed' ? moved.dispatchId : ''],
    );
    expect(JSON.parse(rows[0]?.payload ?? '')).toEqual({
      ranges: [],
      states: ['r1', 'r2'].map((userId) => ({ appId: app, userId, conversationId: one })),
    });
  });

  it('never move back, and a mark that changes nothing has no rev and no push', async () => {
    const before = await database.dispatch.backlog();
    expect(await mark(2)).toMatchObject({
      status: 'unchanged',
      membership: { member: { readSeq: 3, rev: 1 } },
    });
    expect(await mark(3)).toMatchObject({
      status: 'unchanged',
      membership: { member: { readSeq: 3, rev: 1 } },
    });
    expect((await database.dispatch.backlog()).rows).toBe(before.rows);
  });

  it('end at the highest of many marks at once', async () => {
    const marks = await Promise.all([4, 1, 4, 2, 3, 4].map((seq) => mark(seq)));
    expect(marks.filter((each) => each.status === 'changed')).toHaveLength(1);
    const { member } = (await database.conversations.member(app, user('r1'), one)) ?? {};
    expect(member).toMatchObject({ readSeq: 4, readOrdinal: 3, rev: 2 });
  });

  it('need a seq that exists and a member', async () => {
    expect(await mark(5)).toEqual({ status: 'no-such-seq', seq: 5 });
    expect(await mark(1, 'stranger')).toEqual({ status: 'not-found' });
  });

  it('of somebody who left end at the leave', async () => {
    await leave(one, 'r2', 3, 2);
    expect(await mark(4, 'r2')).toEqual({ status: 'no-such-seq', seq: 4 });
    const left = await database.conversations.member(app, user('r2'), one);
    expect(left).toMatchObject({ lastSeq: 3, lastOrdinal: 2, shownSeq: 3 });
    const since = (seq: number) => database.conversations.memberList(app, one, seq);
    expect((await since(3))?.members).toHaveLength(2);
    expect((await since(4))?.members).toEqual([{ userId: 'r1', joinedSeq: 0, leftSeq: null }]);
  });
});
