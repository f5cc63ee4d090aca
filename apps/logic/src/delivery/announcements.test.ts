import { parseAppId, parseConversationId, parseUserId } from '@queqiao/domain';
import { expect, it } from 'vitest';
import type { CommittedBatch } from '../append/index.js';
import { Announcements } from './announcements.js';
import type { StateBatch } from './ports.js';

const appId = parseAppId('demo');
const conversationId = parseConversationId('g:lobby');

function rig() {
  const batches: (CommittedBatch | StateBatch)[] = [];
  const push = (batch: CommittedBatch | StateBatch): void => void batches.push(batch);
  return { batches, announcements: new Announcements({ afterCommit: push, pushStates: push }) };
}

it('announces a group by its first entry', () => {
  const { batches, announcements } = rig();
  const content = new Uint8Array([1, 2]);
  const firstEntry = { kind: 'groupCreated', content, countable: false };
  const facts = { createdMs: 5, memberVersion: 1, dispatchId: '9', firstEntry };
  announcements.announce({ appId, conversationId, ...facts });
  expect(batches).toMatchObject([
    {
      dispatchId: '9',
      heads: [{ appId, conversationId, memberVersion: 1 }],
      entries: [{ seq: 1, ordinal: 0, sender: { kind: 'system' }, clientMsgId: '', content }],
    },
  ]);
});

it('pushes a state with its unread count, zero included', () => {
  const { batches, announcements } = rig();
  const userId = parseUserId('bob');
  const member = { readSeq: 4, readOrdinal: 3, rev: 2, joinedSeq: 0, leftSeq: null };
  const membership = { lastOrdinal: 3, member: { userId, conversationId, ...member } };
  announcements.pushState({ appId, membership, dispatchId: '9' });
  expect(batches).toEqual([
    { dispatchId: '9', states: [{ appId, userId, conversationId, ...member, unread: 0 }] },
  ]);
});
