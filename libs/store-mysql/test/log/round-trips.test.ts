import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, DecideGroup, GroupStep, LogOutcome } from '../../src/index.js';
import { CuttingProxy } from '../rig/cutting-proxy.js';
import { statementsOf } from '../rig/statements-of.js';
import {
  allow,
  app,
  direct,
  makeGroup,
  message,
  note,
  StoreRig,
  user,
  type GroupMade,
} from '../rig/store-rig.js';

let rig: StoreRig;
let proxy: CuttingProxy;
let database: Database;
let group: GroupMade;

beforeAll(async () => {
  rig = await StoreRig.start();
  proxy = await CuttingProxy.start(rig.created.url);
  database = rig.open({ url: proxy.url, poolSize: 1 });
  await rig.users({ ann: 'Ann', bob: 'Bob', cleo: 'Cleo' });
  group = (await makeGroup(database, 'team', ['ann', 'bob'])).answer;
});
afterAll(async () => {
  await rig.stop();
  await proxy.stop();
});

const renamed = (name: string): GroupStep[] => [
  { op: 'profile', patch: { name } },
  { op: 'entry', entry: { ...note('groupUpdated', name), shown: true } },
];

function change<T>(
  requestId: string,
  decide: DecideGroup<T>,
  userIds = [user('ann')],
): Promise<LogOutcome<T>> {
  const request = { actor: { kind: 'user', id: 'ann' }, requestId, method: 'Test' } as const;
  const work = { appId: app, owner: 'logic-1', dispatchDelayMs: 3_000, userIds, request };
  return database.groups.change({ ...work, groupId: group.id }, decide);
}

const rename = (requestId: string, name: string): Promise<LogOutcome<string>> =>
  change(requestId, () => ({ answer: name, steps: renamed(name) }));

async function storedOf(
  requestId: string,
): Promise<{ names: string[]; entries: number; kept: number }> {
  const [info] = await rig.rows<{ name: string }>('SELECT name FROM group_info');
  const [entries] = await rig.rows<{ count: number }>(
    'SELECT COUNT(*) AS count FROM entries WHERE kind = ? AND content LIKE ?',
    ['groupUpdated', `%${requestId}%`],
  );
  const [kept] = await rig.rows<{ count: number }>(
    'SELECT COUNT(*) AS count FROM requests WHERE request_id = ?',
    [requestId],
  );
  return { names: [info?.name ?? ''], entries: entries?.count ?? 0, kept: kept?.count ?? 0 };
}

describe('a change of a group', () => {
  it('takes two round trips besides what it is decided on', async () => {
    await rename('known', 'known');
    const operations = await statementsOf(() => rename('counted', 'counted'));
    expect(operations).toEqual(['log begin', 'select group_info', 'select members', 'log end']);
  });

  it('writes what the steps put off, in their order', async () => {
    const joins: GroupStep = {
      op: 'join',
      userIds: [user('cleo')],
      role: 'member',
      inviterId: 'ann',
      seesFromStart: false,
      maxGroups: 1_000,
    };
    const { commit } = await change(
      'in-order',
      () => ({
        answer: null,
        steps: [
          joins,
          { op: 'role', userIds: [user('cleo')], role: 'admin' },
          { op: 'rename', userId: user('cleo'), name: 'C' },
          ...renamed('in-order'),
        ],
      }),
      [user('ann'), user('cleo')],
    );
    // As they are after all of it.
    expect(commit?.states.map(({ member }) => member)).toMatchObject([
      { userId: user('cleo'), role: 'admin' },
    ]);
    expect(commit?.heads).toHaveLength(1);
    const [member] = await rig.rows("SELECT role, name FROM members WHERE user_id = 'cleo'");
    expect(member).toEqual({ role: 'admin', name: 'C' });
    const [row] = await rig.rows('SELECT name, member_count, admin_count FROM group_info');
    expect(row).toEqual({ name: 'in-order', member_count: 3, admin_count: 1 });
  });

  it.each(['before-commit', 'after-commit'] as const)(
    'that is cut %s is made once, and answered',
    async (cut) => {
      proxy.cut = cut;
      const before = proxy.cuts;
      const { answer } = await rename(cut, cut);
      expect(proxy.cuts).toBe(before + 1);
      expect(answer).toBe(cut);
      expect(await storedOf(cut)).toEqual({ names: [cut], entries: 1, kept: 1 });
    },
  );

  it('is undone whole when its answer cannot be kept, and its connection is of use again', async () => {
    const before = await rig.rows('SELECT * FROM group_info');
    const answer: Record<string, unknown> = {};
    answer['self'] = answer;
    const undone = change('undone', () => ({ answer, steps: renamed('undone') }));
    await expect(undone).rejects.toThrow('circular');
    expect(await rig.rows('SELECT * FROM group_info')).toEqual(before);
    expect(await storedOf('undone')).toMatchObject({ entries: 0, kept: 0 });
    expect((await rename('after', 'after')).answer).toBe('after');
  });
});

describe('a change of a member', () => {
  const one = direct('ann', 'bob');
  const key = { appId: app, userId: user('ann'), conversationId: one };
  const write = { owner: 'logic-1', dispatchDelayMs: 3_000 };
  const mark = (seq: number) => database.members.advanceRead({ ...key, ...write, seq });
  const ack = (seq: number) => database.members.ackDelivered([{ ...key, seq }], write);
  const rows = () =>
    rig.rows<{ user_id: string; rev: number; read_seq: number; peer_read_seq: number }>(
      "SELECT user_id, rev, read_seq, peer_read_seq FROM members WHERE conversation_id = 'd:ann:bob' ORDER BY user_id",
    );

  beforeAll(async () => {
    await database.conversations.ensureDirect([{ appId: app, conversationId: one }]);
    const items = Array.from({ length: 9 }, () => message(one, 'bob'));
    await database.append.commitBatch(items, allow);
  });

  it('takes two round trips besides what it is decided on, and what devices have one', async () => {
    const marking = await statementsOf(() => mark(1));
    expect(marking).toEqual(['select members', 'select entries', 'member begin', 'member end']);
    expect(await statementsOf(() => ack(2))).toEqual(['acked members', 'acks']);
  });

  it.each([
    ['before-commit', 4],
    ['after-commit', 5],
  ] as const)('that is cut %s is made once', async (cut, seq) => {
    const before = await rows();
    proxy.cut = cut;
    const { cuts } = proxy;
    await mark(seq);
    expect(proxy.cuts).toBe(cuts + 1);
    const revs = before.map(({ rev }) => rev + 1);
    expect(await rows()).toEqual([
      { user_id: 'ann', rev: revs[0], read_seq: seq, peer_read_seq: 0 },
      { user_id: 'bob', rev: revs[1], read_seq: 9, peer_read_seq: seq },
    ]);
  });
});
