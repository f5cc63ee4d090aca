import { parseGroupId, type ConversationId, type GroupId, type UserId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  Database,
  DecideGroup,
  GroupFacts,
  GroupPlan,
  GroupStep,
  LogEntry,
  LogOutcome,
} from '../../src/index.js';
import {
  allow,
  app,
  makeGroup,
  message,
  StoreRig,
  user,
  type GroupMade,
} from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let made = 0;

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
});
afterAll(() => rig.stop());

const notice = (kind: string): LogEntry => ({
  kind,
  content: Buffer.from(kind),
  sender: { kind: 'user', id: 'ann' },
  countable: false,
  shown: true,
});
const entry = (kind: string): GroupStep => ({ op: 'entry', entry: notice(kind) });
const join = (...ids: string[]): GroupStep => ({
  op: 'join',
  userIds: ids.map(user),
  role: 'member',
  inviterId: 'ann',
  seesFromStart: false,
  maxGroups: 1_000,
});
const leave = (...ids: string[]): GroupStep => ({ op: 'leave', userIds: ids.map(user) });

async function group(...members: string[]): Promise<GroupMade> {
  made += 1;
  return (await makeGroup(db, `group${made}`, ['ann', ...members])).answer;
}

let request = 0;
function change<T>(
  groupId: GroupId,
  decide: DecideGroup<T>,
  more: { userIds?: UserId[]; requestId?: string; method?: string; withManagers?: boolean } = {},
): Promise<LogOutcome<T>> {
  request += 1;
  const { userIds = [], requestId = `change-${request}`, method = 'Test', withManagers } = more;
  const actor = { kind: 'user', id: 'ann' } as const;
  return db.groups.change(
    {
      appId: app,
      groupId,
      request: { actor, requestId, method },
      owner: 'logic-1',
      dispatchDelayMs: 3_000,
      userIds,
      ...(withManagers === undefined ? {} : { withManagers }),
    },
    decide,
  );
}
const steps = (id: GroupId, ...list: GroupStep[]) =>
  change(id, (): GroupPlan<null> => ({ answer: null, steps: list }));

async function say(conv: ConversationId, from: string): Promise<void> {
  const { outcomes } = await db.append.commitBatch([message(conv, from)], allow);
  expect(outcomes[0]?.status).toBe('committed');
}

const seqsOf = async (conv: ConversationId, who: string): Promise<number[]> => {
  const range = { fromSeq: 1, toSeq: 0, limit: 100, backwards: false };
  const answer = await db.conversations.pull({
    appId: app,
    userId: user(who),
    conversationId: conv,
    ...range,
  });
  return answer?.entries.map(({ seq }) => seq) ?? [];
};

describe('a change of a group', () => {
  it('writes members, entries, head, group and dispatch row together', async () => {
    const { id, conv } = await group('bob');
    await say(conv, 'ann');
    const { commit } = await steps(id, join('carl', 'dora'), entry('membersJoined'));
    expect(commit).toMatchObject({
      entries: [{ conversationId: conv, seq: 3, ordinal: 1, kind: 'membersJoined' }],
      heads: [{ conversationId: conv, memberVersion: 2, leaveVersion: 0 }],
    });
    expect(commit?.states.map(({ member }) => member.userId)).toEqual(['carl', 'dora']);
    const [row] = await rig.rows<{ payload: string }>(
      'SELECT payload FROM dispatch WHERE dispatch_id = ?',
      [commit?.dispatchId ?? ''],
    );
    expect(JSON.parse(row?.payload ?? '')).toEqual({
      ranges: [{ appId: app, conversationId: conv, fromSeq: 3, toSeq: 3 }],
      states: [
        { appId: app, userId: 'carl', conversationId: conv },
        { appId: app, userId: 'dora', conversationId: conv },
      ],
    });
    expect((await db.groups.groups(app, [id]))[0]).toMatchObject({ memberCount: 4, adminCount: 0 });
  });

  it('shows newcomers their arrival and what follows, read up to it, and leavers their end', async () => {
    const { id, conv } = await group('bob');
    await say(conv, 'bob');
    await steps(id, join('carl'), entry('membersJoined'));
    await say(conv, 'bob');
    await steps(id, entry('membersLeft'), leave('carl'));
    await say(conv, 'bob');
    expect(await seqsOf(conv, 'carl')).toEqual([3, 4, 5]);
    expect(await seqsOf(conv, 'bob')).toEqual([1, 2, 3, 4, 5, 6]);
    const carl = await db.conversations.member(app, user('carl'), conv);
    expect(carl?.member).toMatchObject({ joinedSeq: 2, leftSeq: 5, readSeq: 2, readOrdinal: 1 });
    // Raised by the arrival and by the end.
    expect(carl?.member.rev).toBe(2);
    expect(carl).toMatchObject({ lastSeq: 5, lastOrdinal: 2 });
  });

  it('keeps the stints of who comes back, or gives all of the log', async () => {
    const { id, conv } = await group('bob');
    await steps(id, join('carl'), entry('in'));
    await steps(id, entry('out'), leave('carl'));
    await say(conv, 'bob');
    await steps(id, join('carl'), entry('in again'));
    expect(await seqsOf(conv, 'carl')).toEqual([2, 3, 5]);
    await steps(id, entry('out again'), leave('carl'));
    await say(conv, 'bob');
    await steps(id, { ...join('carl'), seesFromStart: true } as GroupStep, entry('all'));
    expect(await seqsOf(conv, 'carl')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const [row] = await rig.rows<{ count: number }>(
      "SELECT COUNT(*) AS count FROM member_stints WHERE user_id = 'carl' AND conversation_id = ?",
      [conv],
    );
    expect(row?.count).toBe(0);
  });

  it('raises versions once for each change of members, and the one of leaves for leaves', async () => {
    const { id, conv } = await group('bob');
    await steps(id, join('carl'));
    await steps(id, leave('carl', 'bob'));
    await steps(id, { op: 'role', userIds: [user('ann')], role: 'owner' });
    const [head] = await rig.rows(
      'SELECT member_version, leave_version FROM conversations WHERE conversation_id = ?',
      [conv],
    );
    expect(head).toEqual({ member_version: 3, leave_version: 1 });
  });

  it('counts admins as they come and go', async () => {
    const { id, conv } = await group('bob', 'carl');
    const admins = async () => (await db.groups.groups(app, [id]))[0]?.adminCount;
    const both = { userIds: [user('bob'), user('carl')] };
    const role =
      (name: 'admin' | 'member'): DecideGroup<null> =>
      () => ({
        answer: null,
        steps: [{ op: 'role', userIds: both.userIds, role: name }],
      });
    await change(id, role('admin'), both);
    expect(await admins()).toBe(2);
    const bob = await db.conversations.member(app, user('bob'), conv);
    expect(bob?.member).toMatchObject({ role: 'admin', rev: 1 });
    await change(id, role('admin'), both);
    expect(await admins()).toBe(2);
    await change(id, () => ({ answer: null, steps: [leave('bob')] }), both);
    expect(await admins()).toBe(1);
    await change(id, role('member'), { userIds: [user('carl')] });
    expect(await admins()).toBe(0);
  });

  it('tells the decision who is there, who was, and who governs', async () => {
    const { id } = await group('bob', 'carl');
    await steps(id, { op: 'role', userIds: [user('bob')], role: 'admin' }, leave('carl'));
    let seen: GroupFacts | undefined;
    const userIds = ['bob', 'carl', 'zoe'].map(user);
    await change(
      id,
      (facts) => {
        seen = facts;
        return { answer: null, steps: [] };
      },
      { userIds, withManagers: true },
    );
    expect(seen?.members.get(user('bob'))).toMatchObject({ role: 'admin', leftSeq: null });
    expect(seen?.members.get(user('carl'))?.leftSeq).toBe(1);
    expect(seen?.members.has(user('zoe'))).toBe(false);
    expect(new Set(seen?.managers)).toEqual(new Set(['ann', 'bob']));
  });

  it('puts entries into self feeds, which it makes', async () => {
    const { id } = await group('bob');
    const feed = (who: string): GroupStep => ({
      op: 'feed',
      userId: user(who),
      entry: notice('invitationChanged'),
    });
    const { commit } = await steps(id, feed('zed'), entry('x'), feed('bea'), feed('zed'));
    const places = commit?.entries.map(({ conversationId, seq }) => `${conversationId} ${seq}`);
    expect(places).toEqual(['s:zed 1', `g:${id} 2`, 's:bea 1', 's:zed 2']);
    expect(await seqsOf('s:zed' as ConversationId, 'zed')).toEqual([1, 2]);
  });

  it('is undone whole when the decision refuses, and writes nothing when there is nothing to do', async () => {
    const { id, conv } = await group('bob');
    const refuse = change(id, () => {
      throw new RangeError('no');
    });
    await expect(refuse).rejects.toThrow('no');
    expect((await steps(id)).commit).toBeNull();
    expect(await seqsOf(conv, 'bob')).toEqual([1]);
  });

  it('writes at most 500 rows of members', async () => {
    const { id } = await group('bob');
    const many = Array.from({ length: 501 }, (_, index) => `m${index}`);
    await expect(steps(id, join(...many))).rejects.toThrow('GROUP_MAX_MEMBERS');
    expect((await steps(id, join(...many.slice(1)))).commit?.states).toHaveLength(500);
  });

  it('is NOT_FOUND for a group that is not there, of this app', async () => {
    await expect(steps(parseGroupId('nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a request that is repeated', () => {
  it('gets the first answer and changes nothing, also at the same moment', async () => {
    const { id, conv } = await group('bob');
    let runs = 0;
    const once = (): Promise<LogOutcome<{ run: number }>> =>
      change(
        id,
        () => {
          runs += 1;
          return { answer: { run: runs }, steps: [entry(`run ${runs}`)] };
        },
        { requestId: 'same' },
      );
    const answers = await Promise.all(Array.from({ length: 8 }, once));
    answers.push(await once());
    expect(new Set(answers.map(({ answer }) => answer.run)).size).toBe(1);
    expect(answers.filter(({ commit }) => commit !== null)).toHaveLength(1);
    expect(await seqsOf(conv, 'bob')).toEqual([1, 2]);
  });

  it('is refused for another operation', async () => {
    const { id } = await group('bob');
    const plan = (): GroupPlan<null> => ({ answer: null, steps: [] });
    await change(id, plan, { requestId: 'taken', method: 'One' });
    await expect(change(id, plan, { requestId: 'taken', method: 'Two' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      field: 'client_request_id',
    });
  });

  it('is forgotten after its time, and not before', async () => {
    const { id } = await group('bob');
    await change(id, () => ({ answer: 1, steps: [] }), { requestId: 'old' });
    await change(id, () => ({ answer: 1, steps: [] }), { requestId: 'young' });
    await rig.rows(
      "INSERT IGNORE INTO apps (app_id, name, settings, created_ms) VALUES ('demo', 'Demo', '{}', 0)",
    );
    const age = (days: number, requestId: string) =>
      rig.rows('UPDATE requests SET created_ms = created_ms - ? WHERE request_id = ?', [
        days * 86_400_000,
        requestId,
      ]);
    await age(7.1, 'old');
    await age(6.9, 'young');
    expect(await db.requests.prune(100)).toBe(1);
    const left = await rig.rows<{ request_id: string }>(
      "SELECT request_id FROM requests WHERE request_id IN ('old', 'young')",
    );
    expect(left).toEqual([{ request_id: 'young' }]);
  });
});

describe('messages and removals at the same time', () => {
  it('come before the removal or are refused, never after it', async () => {
    const { id, conv } = await group('bob');
    const judge = (_: unknown, member: { leftSeq: number | null } | null) =>
      member?.leftSeq === null ? null : new RangeError('gone');
    for (let round = 0; round < 10; round += 1) {
      const sends = Array.from({ length: 6 }, () =>
        db.append.commitBatch([message(conv, 'bob')], { ...allow, judge: judge as never }),
      );
      const removal = steps(id, entry('membersLeft'), leave('bob'));
      await Promise.all([...sends, removal]);
      const bob = await db.conversations.member(app, user('bob'), conv);
      const leftSeq = bob?.member.leftSeq ?? 0;
      const [last] = await rig.rows<{ seq: number }>(
        "SELECT MAX(seq) AS seq FROM entries WHERE conversation_id = ? AND sender = 'bob'",
        [conv],
      );
      expect(last?.seq ?? 0).toBeLessThan(leftSeq);
      await steps(id, join('bob'), entry('membersJoined'));
    }
  });
});
