import { memberView, type ConversationId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, SettingsPatch } from '../../src/index.js';
import { allow, app, direct, message, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;
let other: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  other = rig.open();
});
afterAll(() => rig.stop());

const key = (conversationId: ConversationId, who: string) => ({
  appId: app,
  userId: user(who),
  conversationId,
  owner: 'logic-1',
  dispatchDelayMs: 3_000,
});

function setting(conversationId: ConversationId, who: string, patch: SettingsPatch) {
  return { ...key(conversationId, who), patch, throughSeq: 0, request: null };
}

async function chat(a: string, b: string, count = 5): Promise<ConversationId> {
  const conversationId = direct(a, b);
  await database.conversations.ensureDirect([{ appId: app, conversationId }]);
  const items = Array.from({ length: count }, () => message(conversationId, b));
  await database.append.commitBatch(items, allow);
  return conversationId;
}

async function view(conversationId: ConversationId, who: string) {
  const found = await database.conversations.member(app, user(who), conversationId);
  if (found === null) throw new Error('no member');
  return memberView(found.member, found);
}

describe('an attempt that comes late, or again,', () => {
  it('hides no more than the caller knew of', async () => {
    const one = await chat('t1', 't2');
    const hide = (throughSeq: number) =>
      database.members.updateSettings({ ...setting(one, 't1', { hidden: true }), throughSeq });
    await hide(4);
    expect((await view(one, 't1')).settings.hidden).toBe(false);
    await hide(5);
    await hide(3);
    expect(await view(one, 't1')).toMatchObject({
      hiddenThroughSeq: 5,
      settings: { hidden: true },
    });
    expect(await hide(6)).toEqual({ status: 'no-such-seq', seq: 6 });
  });

  it('sets once by a request, whatever was set since and through whichever node', async () => {
    const one = await chat('q1', 'q2');
    const set = (requestId: string, patch: SettingsPatch, members = database.members) =>
      members.updateSettings({
        ...setting(one, 'q1', patch),
        request: { actor: { kind: 'user', id: 'q1' }, requestId, method: 'UpdateSettings' },
      });
    const late = await Promise.all([
      set('pin', { pinned: true }),
      set('pin', { pinned: true }, other.members),
    ]);
    expect(late.map(({ status }) => status).sort()).toEqual(['changed', 'unchanged']);
    // One that changed nothing is remembered too.
    expect((await set('idle', { muted: false })).status).toBe('unchanged');
    await set('unpin', { pinned: false, muted: true });
    expect((await set('pin', { pinned: true }, other.members)).status).toBe('unchanged');
    expect((await set('idle', { muted: false }, other.members)).status).toBe('unchanged');
    expect(await view(one, 'q1')).toMatchObject({
      rev: 2,
      settings: { pinned: false, muted: true },
    });
    const elsewhere = await chat('q1', 'q3');
    const request = {
      actor: { kind: 'user', id: 'q1' },
      requestId: 'pin',
      method: 'UpdateSettings',
    } as const;
    await expect(
      database.members.updateSettings({ ...setting(elsewhere, 'q1', { pinned: true }), request }),
    ).rejects.toMatchObject({ code: 'ALREADY_EXISTS', field: 'client_request_id' });
  });

  it('clears no more than was named', async () => {
    const one = await chat('r1', 'r2', 6);
    await database.members.deleteForMe({ ...key(one, 'r1'), seqs: [2, 5] });
    const clear = (throughSeq: number) =>
      database.members.clearHistory({ ...key(one, 'r1'), throughSeq });
    expect((await clear(4)).status).toBe('changed');
    const after = await view(one, 'r1');
    expect(after).toMatchObject({ clearedSeq: 4, readSeq: 4, unread: 2, hiddenSeqs: [5] });
    expect((await view(one, 'r2')).peerReadSeq).toBe(4);
    expect((await clear(4)).status).toBe('unchanged');
    expect((await clear(3)).status).toBe('unchanged');
    expect(await view(one, 'r1')).toEqual(after);
    expect(await clear(7)).toEqual({ status: 'no-such-seq', seq: 7 });
  });
});
