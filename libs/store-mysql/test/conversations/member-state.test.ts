import { memberView, type ConversationId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  Database,
  MemberChangeResult,
  SeqChangeResult,
  SettingsPatch,
} from '../../src/index.js';
import { allow, app, direct, makeGroup, message, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;
let other: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  other = rig.open();
});
afterAll(() => rig.stop());

const write = { owner: 'logic-1', dispatchDelayMs: 3_000 };
const key = (conversationId: ConversationId, who: string) => ({
  appId: app,
  userId: user(who),
  conversationId,
  ...write,
});

async function chat(a: string, b: string, count = 5): Promise<ConversationId> {
  const conversationId = direct(a, b);
  await database.conversations.ensureDirect([{ appId: app, conversationId }]);
  for (let left = count; left > 0; left -= 500) {
    const items = Array.from({ length: Math.min(left, 500) }, () => message(conversationId, b));
    await database.append.commitBatch(items, allow);
  }
  return conversationId;
}

async function group(id: string, ...members: string[]): Promise<ConversationId> {
  return (await makeGroup(database, id, ['owner', ...members])).answer.conv;
}

async function view(conversationId: ConversationId, who: string) {
  const found = await database.conversations.member(app, user(who), conversationId);
  if (found === null) throw new Error('no member');
  return memberView(found.member, found);
}

const revOf = (result: MemberChangeResult | SeqChangeResult) =>
  'membership' in result ? result.membership.member.rev : -1;

async function statesOf(dispatchId: string): Promise<string[]> {
  const [row] = await rig.rows<{ payload: string }>(
    'SELECT payload FROM dispatch WHERE dispatch_id = ?',
    [dispatchId],
  );
  const payload = JSON.parse(row?.payload ?? '') as { states: { userId: string }[] };
  return payload.states.map(({ userId }) => userId);
}

function setting(conversationId: ConversationId, who: string, patch: SettingsPatch) {
  return { ...key(conversationId, who), patch, throughSeq: 0, request: null };
}

describe('settings', () => {
  it('keep what is not set, and a change of nothing has no rev and no dispatch row', async () => {
    const one = await chat('s1', 's2');
    const set = (patch: object) => database.members.updateSettings(setting(one, 's1', patch));
    const first = await set({ pinned: true, draft: 'héllo 🌉 "\'\\', remark: 'Bo' });
    expect(first).toMatchObject({ status: 'changed', peer: null });
    expect(await statesOf('dispatchId' in first ? first.dispatchId : '')).toEqual(['s1']);
    await set({ muted: true });
    await set({ draft: '' });
    expect(await view(one, 's1')).toMatchObject({
      rev: 3,
      settings: { pinned: true, muted: true, draft: '', remark: 'Bo', markedUnread: false },
    });
    const before = await database.dispatch.backlog();
    expect((await set({ pinned: true, muted: true, draft: '' })).status).toBe('unchanged');
    expect((await set({})).status).toBe('unchanged');
    expect((await database.dispatch.backlog()).rows).toBe(before.rows);
    expect(await database.members.updateSettings(setting(one, 's9', {}))).toEqual({
      status: 'not-found',
    });
    // The other side has its own.
    expect((await view(one, 's2')).settings.pinned).toBe(false);
  });

  it('hide until something new arrives', async () => {
    const one = await chat('h1', 'h2');
    const hide = (hidden: boolean) =>
      database.members.updateSettings(setting(one, 'h1', { hidden }));
    expect((await hide(true)).status).toBe('changed');
    expect((await hide(true)).status).toBe('unchanged');
    expect(await view(one, 'h1')).toMatchObject({
      hiddenThroughSeq: 5,
      settings: { hidden: true },
    });
    await database.append.commitBatch([message(one, 'h2')], allow);
    expect((await view(one, 'h1')).settings.hidden).toBe(false);
    await hide(true);
    await hide(false);
    expect(await view(one, 'h1')).toMatchObject({
      hiddenThroughSeq: 0,
      settings: { hidden: false },
    });
  });

  it('of two devices at once end in agreement: the highest rev holds everything', async () => {
    const one = await chat('c1', 'c2', 20);
    const nodes = [database.members, other.members] as const;
    const done = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const node = nodes[n % 2] ?? database.members;
        const at = key(one, 'c1');
        if (n % 4 < 2) return node.advanceRead({ ...at, seq: 1 + (n % 20) });
        if (n % 4 === 2) return node.updateSettings(setting(one, 'c1', { draft: `d${n}` }));
        return node.updateSettings(setting(one, 'c1', { pinned: n % 8 === 3, remark: `r${n}` }));
      }),
    );
    const changed = done.filter((each) => each.status === 'changed');
    const revs = changed.map(revOf);
    expect(new Set(revs).size).toBe(revs.length);
    const last = changed.find((each) => revOf(each) === Math.max(...revs));
    const final = await view(one, 'c1');
    expect(final.rev).toBe(revs.length);
    if (last?.status !== 'changed') throw new Error('nothing changed');
    expect(memberView(last.membership.member, last.membership)).toEqual(final);
    const highest = Math.max(
      ...Array.from({ length: 40 }, (_, n) => (n % 4 < 2 ? 1 + (n % 20) : 0)),
    );
    expect(final.readSeq).toBe(highest);
    expect((await view(one, 'c2')).peerReadSeq).toBe(highest);
  });
});

describe('read cursors', () => {
  it('show the other side of a direct chat, who reads by the way what was sent before', async () => {
    const one = await chat('p1', 'p2');
    const mark = (seq: number) => database.members.advanceRead({ ...key(one, 'p1'), seq });
    const moved = await mark(3);
    expect(moved).toMatchObject({ status: 'changed', peer: { member: { userId: 'p2' } } });
    expect(await statesOf('dispatchId' in moved ? moved.dispatchId : '')).toEqual(['p1', 'p2']);
    expect(await view(one, 'p2')).toMatchObject({ rev: 2, peerReadSeq: 3, peerDeliveredSeq: 3 });
    expect((await mark(2)).status).toBe('unchanged');
    // What one writes moves the own cursor; the mark tells the other side nevertheless.
    await database.append.commitBatch([message(one, 'p1')], allow);
    expect(await mark(5)).toMatchObject({
      status: 'changed',
      peer: { member: { peerReadSeq: 6 } },
    });
    expect((await mark(6)).status).toBe('unchanged');
  });

  it('take a mark as unread away, however low the seq', async () => {
    const one = await chat('m1', 'm2');
    const mark = (seq: number) => database.members.advanceRead({ ...key(one, 'm1'), seq });
    await mark(5);
    const patch = { markedUnread: true };
    await database.members.updateSettings(setting(one, 'm1', patch));
    // A flag: what was read stays read.
    expect(await view(one, 'm1')).toMatchObject({
      readSeq: 5,
      unread: 0,
      settings: { markedUnread: true },
    });
    expect((await mark(1)).status).toBe('changed');
    expect(await view(one, 'm1')).toMatchObject({
      readSeq: 5,
      unread: 0,
      settings: { markedUnread: false },
    });
  });

  it('of both sides and of appends at once never surface a deadlock', async () => {
    const one = await chat('x1', 'x2', 30);
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const who = n % 2 === 0 ? 'x1' : 'x2';
        const node = n % 3 === 0 ? database : other;
        if (n % 5 === 0) return node.append.commitBatch([message(one, who)], allow);
        return node.members.advanceRead({ ...key(one, who), seq: 1 + (n % 30) });
      }),
    );
    expect((await view(one, 'x1')).peerReadSeq).toBeGreaterThan(20);
  });
});

describe('clearing and hiding', () => {
  const pull = (conversationId: ConversationId, who: string, fromSeq = 1) =>
    database.conversations.pull({
      ...key(conversationId, who),
      fromSeq,
      toSeq: 0,
      limit: 100,
      backwards: false,
    });
  const shape = async (conversationId: ConversationId, who: string) => {
    const result = await pull(conversationId, who);
    return [
      result?.entries.map(({ seq }) => seq),
      result?.notVisible.map(({ fromSeq, toSeq }) => [fromSeq, toSeq]),
    ];
  };

  it('hides what was cleared and nothing newer, for one side', async () => {
    const one = await chat('k1', 'k2');
    const clear = () => database.members.clearHistory({ ...key(one, 'k1'), throughSeq: 0 });
    const cleared = await clear();
    expect(cleared).toMatchObject({ status: 'changed', membership: { shownSeq: 0 } });
    expect((await clear()).status).toBe('unchanged');
    expect(await view(one, 'k1')).toMatchObject({ clearedSeq: 5, readSeq: 5, unread: 0 });
    expect((await view(one, 'k2')).peerReadSeq).toBe(5);
    await database.append.commitBatch([message(one, 'k2')], allow);
    expect(await shape(one, 'k1')).toEqual([[6], [[1, 5]]]);
    expect(await shape(one, 'k2')).toEqual([[1, 2, 3, 4, 5, 6], []]);
    expect(await view(one, 'k1')).toMatchObject({ unread: 1, clearedSeq: 5 });
  });

  it('leaves out what one deleted for oneself, and says so', async () => {
    const one = await chat('i1', 'i2', 6);
    const hide = (...seqs: number[]) => database.members.deleteForMe({ ...key(one, 'i1'), seqs });
    await hide(5, 2, 2);
    expect((await hide(2, 5)).status).toBe('unchanged');
    await hide(3);
    expect(await hide(7)).toEqual({ status: 'no-such-seq', seq: 7 });
    expect(await view(one, 'i1')).toMatchObject({ rev: 2, hiddenSeqs: [2, 3, 5] });
    expect(await shape(one, 'i1')).toEqual([
      [1, 4, 6],
      [
        [2, 3],
        [5, 5],
      ],
    ]);
    await hide(6);
    const found = await database.conversations.member(app, user('i1'), one);
    expect(found?.shownSeq).toBe(0);
    await database.members.clearHistory({ ...key(one, 'i1'), throughSeq: 0 });
    expect((await view(one, 'i1')).hiddenSeqs).toEqual([]);
    const left = await rig.rows('SELECT seq FROM hidden_entries WHERE app_id = ? AND user_id = ?', [
      app,
      'i1',
    ]);
    expect(left).toEqual([]);
  });

  it('keeps the newest 500 hidden seqs in the state and hides all of them', async () => {
    const one = await chat('n1', 'n2', 600);
    const all = Array.from({ length: 600 }, (_, index) => index + 1);
    const hide = (seqs: number[]) => database.members.deleteForMe({ ...key(one, 'n1'), seqs });
    await hide(all.slice(100));
    await hide(all.slice(0, 100));
    const { hiddenSeqs } = await view(one, 'n1');
    expect([hiddenSeqs.length, hiddenSeqs[0], hiddenSeqs.at(-1)]).toEqual([500, 101, 600]);
    expect(await shape(one, 'n1')).toEqual([[], [[1, 100]]]);
    await expect(hide([...all])).rejects.toThrow('HIDDEN_MAX_SEQS');
  });
});

describe('delivered cursors', () => {
  const ack = (conversationId: ConversationId, who: string, seq: number) => ({
    appId: app,
    userId: user(who),
    conversationId,
    seq,
  });

  it('move forward only, up to what is there, and show the other sides of direct chats', async () => {
    const one = await chat('a1', 'a2');
    const team = await group('acks', 'a1');
    const first = await database.members.ackDelivered(
      [ack(one, 'a1', 2), ack(one, 'a1', 4), ack(team, 'a1', 1), ack(one, 'nobody', 3)],
      write,
    );
    expect(first.changed).toMatchObject([
      { appId: app, membership: { member: { userId: 'a2', rev: 2, peerDeliveredSeq: 4 } } },
    ]);
    expect(await statesOf(first.dispatchId ?? '')).toEqual(['a2']);
    const again = await database.members.ackDelivered(
      [ack(one, 'a1', 3), ack(team, 'a1', 1)],
      write,
    );
    expect(again).toEqual({ dispatchId: null, changed: [] });
    await database.members.ackDelivered([ack(one, 'a1', 99)], write);
    expect(await view(one, 'a2')).toMatchObject({ rev: 3, peerDeliveredSeq: 5, peerReadSeq: 0 });
    // What only says that something arrived is no news to one's own devices.
    expect((await view(one, 'a1')).rev).toBe(0);
    expect(await rig.rows("SELECT 1 FROM members WHERE user_id = 'nobody'")).toEqual([]);
    const group1 = await database.members.ackDelivered([ack(team, 'owner', 1)], write);
    expect(group1).toEqual({ dispatchId: null, changed: [] });
  });

  it('of many users at once end at the highest', async () => {
    const chats = await Promise.all([1, 2, 3, 4].map((n) => chat('z0', `z${n}`, 20)));
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => {
        const node = n % 2 === 0 ? database.members : other.members;
        const acks = chats.flatMap((one, at) => [
          ack(one, 'z0', 1 + ((n * 7 + at) % 20)),
          ack(one, `z${at + 1}`, 1 + ((n * 3 + at) % 20)),
        ]);
        return node.ackDelivered(n % 3 === 0 ? acks.reverse() : acks, write);
      }),
    );
    for (const [at, one] of chats.entries()) {
      expect((await view(one, 'z0')).peerDeliveredSeq).toBe(20);
      expect((await view(one, `z${at + 1}`)).peerDeliveredSeq).toBe(20);
    }
  });
});

describe('mentions', () => {
  it('show until they are read: by name to members alone, by all to everybody', async () => {
    const team = await group('mentions', 'b1', 'b2', 'b3');
    const at = (mentions: { all: boolean; userIds: string[] }) =>
      message(team, 'owner', { mentions });
    await database.append.commitBatch(
      [at({ all: false, userIds: ['b1', 'stranger', 'b1'] }), message(team, 'owner')],
      allow,
    );
    expect(await view(team, 'b1')).toMatchObject({ mentionedSeq: 2, rev: 1 });
    expect(await view(team, 'b2')).toMatchObject({ mentionedSeq: 0, rev: 0 });
    expect(await rig.rows("SELECT 1 FROM members WHERE user_id = 'stranger'")).toEqual([]);
    await database.append.commitBatch([at({ all: true, userIds: [] })], allow);
    for (const who of ['b1', 'b2', 'b3']) expect((await view(team, who)).mentionedSeq).toBe(4);
    // The author has read what one wrote.
    expect((await view(team, 'owner')).mentionedSeq).toBe(0);
    await database.members.advanceRead({ ...key(team, 'b1'), seq: 4 });
    expect((await view(team, 'b1')).mentionedSeq).toBe(0);
    await database.append.commitBatch([at({ all: false, userIds: ['b1'] })], allow);
    expect((await view(team, 'b2')).mentionedSeq).toBe(4);
    // Whoever is named has read what was read before.
    expect(await view(team, 'b1')).toMatchObject({ mentionedSeq: 5, readSeq: 4, unread: 1 });
  });

  it('are bounded in a batch', async () => {
    const team = await group('many');
    const userIds = Array.from({ length: 501 }, (_, n) => `u${n}`);
    const batch = [message(team, 'owner', { mentions: { all: false, userIds } })];
    await expect(database.append.commitBatch(batch, allow)).rejects.toThrow('APPEND_MAX_MENTIONS');
  });
});

describe('readers', () => {
  it('come by pages with counts, without the sender and who could not see it', async () => {
    const team = await group('readers', ...['e', 'b', 'd', 'a', 'c'].map((name) => `rd-${name}`));
    await database.append.commitBatch([message(team, 'owner'), message(team, 'owner')], allow);
    for (const who of ['rd-a', 'rd-c', 'rd-d']) {
      await database.members.advanceRead({ ...key(team, who), seq: 2 });
    }
    await rig.root.query(
      "UPDATE members SET left_seq = 1 WHERE user_id = 'rd-d' AND conversation_id = ?",
      [team],
    );
    await rig.root.query(
      "UPDATE members SET joined_seq = 2 WHERE user_id = 'rd-e' AND conversation_id = ?",
      [team],
    );
    const list = (unread: boolean, afterUserId = '', limit = 100) =>
      database.members.readers({
        appId: app,
        conversationId: team,
        seq: 2,
        senderId: user('owner'),
        unread,
        afterUserId,
        limit,
      });
    const counts = { readCount: 2, unreadCount: 1 };
    expect(await list(false)).toEqual({ userIds: ['rd-a', 'rd-c'], ...counts });
    expect(await list(true)).toEqual({ userIds: ['rd-b'], ...counts });
    expect(await list(false, '', 1)).toEqual({ userIds: ['rd-a'], ...counts });
    expect(await list(false, 'rd-a', 1)).toEqual({ userIds: ['rd-c'], ...counts });
  });
});
