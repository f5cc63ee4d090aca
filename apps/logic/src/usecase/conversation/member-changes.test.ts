import { describe, expect, it } from 'vitest';
import {
  FakeConversations,
  FakeMembers,
  membership,
  userContext,
} from '../../../test/fakes/fake-conversations.js';
import { AckDelivered } from './ack-delivered.js';
import { ClearHistory } from './clear-history.js';
import { DeleteForMe } from './delete-for-me.js';
import { ListReaders } from './list-readers.js';
import { MarkRead } from './mark-read.js';
import type { MemberChangeResult } from './member-log.js';
import { UpdateSettings } from './update-settings.js';

const alice = userContext('alice');
const conversationId = 'g:team';
const row = membership(conversationId, { lastSeq: 9, readSeq: 5 });
const peer = membership(conversationId);
const changed: MemberChangeResult = {
  status: 'changed',
  membership: row,
  peer: null,
  dispatchId: 'x1',
};

function rig(result: MemberChangeResult = changed) {
  const members = new FakeMembers();
  members.result = result;
  const pushed: unknown[] = [];
  const push = { pushStates: (states: unknown) => void pushed.push(states) };
  const deps = [
    { members, push },
    { owner: 'logic-1', dispatchDelayMs: 3_000 },
  ] as const;
  const log = new FakeConversations();
  log.rows = [row];
  return {
    members,
    pushed,
    mark: (seq = 5) => new MarkRead(...deps).run(alice, { conversationId, seq }),
    set: (patch: object, { throughSeq = 0, clientRequestId = '' } = {}) =>
      new UpdateSettings(...deps).run(alice, {
        conversationId,
        patch,
        throughSeq,
        clientRequestId,
      }),
    clear: (throughSeq = 0) => new ClearHistory(...deps).run(alice, { conversationId, throughSeq }),
    hide: (...seqs: number[]) => new DeleteForMe(...deps).run(alice, { conversationId, seqs }),
    ack: (acks: Parameters<AckDelivered['run']>[0]['acks']) =>
      new AckDelivered(...deps).run({ acks }),
    readers: (more: object) =>
      new ListReaders({ log, members }).run(alice, {
        conversationId,
        seq: 3,
        unread: false,
        pageToken: '',
        limit: 0,
        ...more,
      }),
  };
}

describe('a change of a member’s row', () => {
  it('is pushed under its dispatch row, to the other side of a direct chat too', async () => {
    const { members, pushed, mark } = rig();
    expect(await mark()).toBe(row);
    const state = { appId: 'demo', membership: row };
    expect(pushed).toEqual([{ states: [state], dispatchId: 'x1' }]);
    expect(members.asked).toMatchObject([{ userId: 'alice', seq: 5, owner: 'logic-1' }]);
    const direct = rig({ ...changed, peer });
    await direct.mark();
    const other = { appId: 'demo', membership: peer };
    expect(direct.pushed).toEqual([{ states: [state, other], dispatchId: 'x1' }]);
  });

  it('pushes nothing when nothing changed', async () => {
    const { pushed, mark, set, clear, hide } = rig({ status: 'unchanged', membership: row });
    for (const answer of [mark(), set({ pinned: true }), clear(), hide(1)]) {
      expect(await answer).toBe(row);
    }
    expect(pushed).toEqual([]);
  });

  it('refuses what is not there', async () => {
    const missing = rig({ status: 'not-found' });
    const { mark, set, clear, hide } = missing;
    for (const answer of [mark, () => set({}), clear, () => hide(1)]) {
      const missed = { code: 'NOT_FOUND', field: 'conversation_id' };
      await expect(answer()).rejects.toMatchObject(missed);
    }
    const ahead = rig({ status: 'no-such-seq', seq: 9 });
    const bad = { code: 'INVALID_ARGUMENT' };
    await expect(ahead.mark()).rejects.toMatchObject({ ...bad, field: 'seq' });
    await expect(ahead.hide(1, 9)).rejects.toMatchObject({ ...bad, field: 'seqs[1]' });
  });

  it('is not asked of the log when it cannot be right', async () => {
    const { members, mark, set, hide } = rig();
    for (const seq of [0, -1]) await expect(mark(seq)).rejects.toMatchObject({ field: 'seq' });
    const refused: [object, string][] = [
      [{ draft: 'é'.repeat(4_097) }, 'draft'],
      [{ remark: '🌉'.repeat(101) }, 'remark'],
    ];
    for (const [patch, field] of refused) await expect(set(patch)).rejects.toMatchObject({ field });
    const many = Array.from({ length: 501 }, (_, index) => index + 1);
    for (const seqs of [[], many]) {
      await expect(hide(...seqs)).rejects.toMatchObject({ field: 'seqs' });
    }
    await expect(hide(1, 0)).rejects.toMatchObject({ field: 'seqs[1]' });
    expect(members.asked).toEqual([]);
    await set({ draft: 'é'.repeat(4_096), remark: '🌉'.repeat(100) });
    expect(members.asked).toHaveLength(1);
  });
});

describe('acks', () => {
  const ack = { appId: 'demo', userId: 'alice', conversationId, seq: 1 };

  it('leave out what cannot be right and push what changed', async () => {
    const { members, pushed, ack: run } = rig();
    members.acked = { dispatchId: 'x2', changed: [] };
    const bad = [{ appId: '' }, { userId: 'a:b' }, { conversationId: 'x' }, { seq: 0 }];
    await run(bad.map((each) => ({ ...ack, ...each })));
    expect(members.asked).toEqual([]);
    await run([ack]);
    expect(pushed).toEqual([]);
    members.acked = { dispatchId: 'x2', changed: [{ appId: alice.appId, membership: peer }] };
    await run([ack]);
    expect(pushed).toEqual([{ dispatchId: 'x2', states: members.acked.changed }]);
  });

  it('come in transactions of a bounded size', async () => {
    const { members, ack: run } = rig();
    await run(Array.from({ length: 501 }, (_, index) => ({ ...ack, userId: `u${index}` })));
    expect(members.asked.map((each) => (each as unknown[]).length)).toEqual([500, 1]);
  });
});

describe('readers', () => {
  it('are for the sender alone, of entries that are there', async () => {
    const { readers } = rig();
    const denied = { code: 'PERMISSION_DENIED', field: 'seq' };
    await expect(readers({})).rejects.toMatchObject(denied);
    await expect(readers({ seq: 10 })).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'seq' });
    const other = readers({ conversationId: 'g:other' });
    await expect(other).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'conversation_id' });
    const bad: [object, string][] = [
      [{ conversationId: 'x' }, 'conversation_id'],
      [{ seq: 0 }, 'seq'],
      [{ limit: 201 }, 'limit'],
      [{ limit: -1 }, 'limit'],
      [{ pageToken: 'a:b' }, 'page_token'],
    ];
    for (const [request, field] of bad) {
      await expect(readers(request)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
    }
  });
});
