import { parseAppId, type GroupId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, GroupStep } from '../../src/index.js';
import { app, makeGroup, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let request = 0;

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
});
afterAll(() => rig.stop());

async function group(name: string, ...members: string[]) {
  const { id: groupId, conv } = (await makeGroup(db, name, ['ann', ...members])).answer;
  return { groupId, key: { appId: app, conversationId: conv } };
}

function change(groupId: GroupId, ...steps: GroupStep[]) {
  request += 1;
  const actor = { kind: 'system', id: '' } as const;
  const work = { appId: app, groupId, userIds: [], owner: 'logic-1', dispatchDelayMs: 3_000 };
  const named = { actor, requestId: `r${request}`, method: 'Test' };
  return db.groups.change({ ...work, request: named }, () => ({ answer: null, steps }));
}

const join = (...ids: string[]): GroupStep => ({
  op: 'join',
  userIds: ids.map(user),
  role: 'member',
  inviterId: '',
  seesFromStart: false,
});
const leave = (...ids: string[]): GroupStep => ({ op: 'leave', userIds: ids.map(user) });
const modeOf = async (key: Awaited<ReturnType<typeof group>>['key']) =>
  (await db.conversations.heads(app, [key.conversationId]))[0]?.mode;
const members = async (...ids: string[]) =>
  (await db.large.memberships(app, ids.map(user))).map(({ userId }) => userId).sort();

describe('a group that becomes large', () => {
  it('is filled step by step, confirmed by nodes and then subscribed', async () => {
    const ids = Array.from({ length: 499 }, (_, n) => `m${String(n).padStart(3, '0')}`);
    const { groupId, key } = await group('crowd', ...ids);
    expect(await db.large.crossings()).toEqual([]);
    await change(groupId, join('zed'), { op: 'enlarge' });
    expect(await modeOf(key)).toBe('both');
    expect(await db.large.crossings()).toEqual([{ ...key, filled: false }]);
    // Who comes and goes while it is on its way is right all the same.
    await change(groupId, leave('m000'));
    await change(groupId, join('late'));
    expect(await db.large.fillNext(key)).toBe(false);
    expect(await db.large.fillNext(key)).toBe(true);
    expect(await members('ann', 'm000', 'm001', 'late', 'zed')).toEqual([
      'ann',
      'late',
      'm001',
      'zed',
    ]);
    await db.large.confirm(key, { nodeId: 'c1', bootId: 'b1' });
    await db.large.confirm(key, { nodeId: 'c1', bootId: 'b1' });
    expect(await db.large.confirmed(key)).toEqual([{ nodeId: 'c1', bootId: 'b1' }]);
    await db.large.finish(key);
    expect(await modeOf(key)).toBe('subscribed');
    expect(await db.large.crossings()).toEqual([]);
    await db.large.confirm(key, { nodeId: 'c2', bootId: 'b2' });
    expect(await db.large.confirmed(key)).toEqual([]);
  });

  it('names memberships with the version that they were read at, of one app', async () => {
    const { groupId, key } = await group('versions', 'bob', 'carl');
    await change(groupId, { op: 'enlarge' });
    await db.large.fillNext(key);
    await change(groupId, leave('carl'));
    const { conversationId } = key;
    const bob = { userId: 'bob', conversationId, joinedSeq: 0, leaveVersion: 1 };
    expect(await db.large.memberships(app, [user('bob')], conversationId)).toEqual([bob]);
    expect(await db.large.memberships(parseAppId('other'), [user('bob')])).toEqual([]);
    await change(groupId, join('carl'));
    const [carl] = await db.large.memberships(app, [user('carl')], conversationId);
    expect(carl).toMatchObject({ joinedSeq: 1, leaveVersion: 1 });
  });

  it('tells who left since a version, each once, or that it cannot', async () => {
    const { groupId, key } = await group('leaves', 'bob', 'carl', 'dora', 'eve');
    await change(groupId, leave('eve'));
    await change(groupId, { op: 'enlarge' });
    await db.large.fillNext(key);
    await change(groupId, leave('bob', 'carl'));
    await change(groupId, join('bob'));
    await change(groupId, leave('dora'));
    const since = async (version: number) => {
      const answer = await db.large.leavers(key, version);
      return [answer?.tooOld, answer?.leaveVersion, answer?.leavers.map(({ userId }) => userId)];
    };
    expect(await since(1)).toEqual([false, 3, ['bob', 'carl', 'dora']]);
    expect(await since(2)).toEqual([false, 3, ['dora']]);
    expect(await since(3)).toEqual([false, 3, []]);
    // From before it was large.
    expect(await since(0)).toEqual([true, 3, []]);
    await rig.rows(
      "INSERT IGNORE INTO apps (app_id, name, settings, created_ms) VALUES ('demo', 'Demo', '{}', 0)",
    );
    await rig.rows('UPDATE large_leaves SET left_ms = 0 WHERE leave_version = 2');
    expect(await db.large.prune(100)).toBe(2);
    expect(await since(1)).toEqual([true, 3, []]);
    expect(await db.large.leavers({ ...key, conversationId: 'g:none' as never }, 0)).toBeNull();
  });

  it('stays as it is when asked to become large again', async () => {
    const { groupId, key } = await group('twice');
    await change(groupId, { op: 'enlarge' });
    while (!(await db.large.fillNext(key)));
    await db.large.finish(key);
    await change(groupId, { op: 'enlarge' });
    expect(await modeOf(key)).toBe('subscribed');
    expect(await db.large.crossings()).not.toContainEqual(expect.objectContaining(key));
  });
});
