import type { ConversationId } from '@queqiao/domain';
import { DomainError } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommitBatchOptions, Database } from '../../src/index.js';
import { again, HeldLock } from '../rig/held-lock.js';
import { allow, app, direct, message, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;
let lock: HeldLock;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  lock = await HeldLock.open(rig);
});
afterAll(async () => {
  lock.close();
  await rig.stop();
});

const HEAD = 'SELECT 1 FROM conversations WHERE conversation_id = ? AND app_id = ? FOR UPDATE';
const MEMBER_ROW =
  'SELECT 1 FROM members WHERE user_id = ? AND conversation_id = ? AND app_id = ? FOR UPDATE';

async function chat(a: string, b: string): Promise<ConversationId> {
  const conversationId = direct(a, b);
  await database.conversations.ensureDirect([{ appId: app, conversationId }]);
  await database.append.commitBatch([message(conversationId, b)], allow);
  return conversationId;
}

describe('an append that waited for its head', () => {
  it('knows what became of its sender meanwhile', async () => {
    const id = await chat('pe-a', 'pe-b');
    const judge: CommitBatchOptions['judge'] = (_item, member) =>
      member?.leftSeq === null ? null : new DomainError('NOT_A_MEMBER', 'left');
    const items = [message(id, 'pe-a')];
    const append = () => again(() => database.append.commitBatch(items, { ...allow, judge }));
    const result = await lock.during([HEAD, id, app], append, async () => {
      await lock.holder.query(
        "UPDATE members SET left_seq = 1, left_ordinal = 1 WHERE user_id = 'pe-a' AND conversation_id = ?",
        [id],
      );
      await lock.holder.query('COMMIT');
    });
    expect(result.outcomes).toMatchObject([{ status: 'refused' }]);
  });

  it('finds what was stored meanwhile, and goes on from there', async () => {
    const id = await chat('re-a', 're-b');
    const [retry, fresh] = [message(id, 're-a'), message(id, 're-a')];
    const append = () => again(() => database.append.commitBatch([retry, fresh], allow));
    const result = await lock.during([HEAD, id, app], append, async () => {
      await lock.holder.query(
        `INSERT INTO entries (app_id, conversation_id, seq, ordinal, sender, client_msg_id, kind, created_ms, content)
         VALUES (?, ?, 2, 2, 're-a', ?, 'text', 1, '')`,
        [app, id, retry.clientMsgId],
      );
      await lock.holder.query(
        'UPDATE conversations SET last_seq = 2, last_ordinal = 2 WHERE conversation_id = ?',
        [id],
      );
      await lock.holder.query('COMMIT');
    });
    expect(result.outcomes).toMatchObject([
      { status: 'duplicate', seq: 2 },
      { status: 'committed', seq: 3, ordinal: 3 },
    ]);
  });
});

describe('work that had no effect runs again', () => {
  const pin = (conversationId: ConversationId, who: string) => () =>
    database.members.updateSettings({
      appId: app,
      userId: user(who),
      conversationId,
      patch: { pinned: true },
      throughSeq: 0,
      request: null,
      owner: 'logic-1',
      dispatchDelayMs: 3_000,
    });

  it('after a connection was lost', async () => {
    const id = await chat('ki-a', 'ki-b');
    const result = await lock.during(
      [MEMBER_ROW, 'ki-b', id, app],
      pin(id, 'ki-a'),
      async (first) => {
        await rig.root.query(`KILL ${first.thread}`);
        await lock.untilWaiting(first);
      },
    );
    expect(result).toMatchObject({ status: 'changed', membership: { member: { rev: 1 } } });
  });

  it('after a deadlock, of which it is the victim because it wrote less', async () => {
    const id = await chat('de-a', 'de-b');
    const heavy = Array.from({ length: 50 }, (_, n) => [`heavy-${n}`, 'x', 0, '{}']);
    const result = await lock.during([MEMBER_ROW, 'de-b', id, app], pin(id, 'de-a'), async () => {
      await lock.holder.query(
        'INSERT INTO dispatch (dispatch_id, owner, due_ms, payload) VALUES ?',
        [heavy],
      );
      // It holds the one row and waits for the other.
      await lock.holder.query(MEMBER_ROW, ['de-a', id, app]);
    });
    expect(result).toMatchObject({ status: 'changed', membership: { member: { rev: 1 } } });
  });

  it('after it waited too long for a lock', async () => {
    const id = await chat('lo-a', 'lo-b');
    const result = await lock.during([MEMBER_ROW, 'lo-b', id, app], pin(id, 'lo-a'), (first) =>
      lock.untilWaiting(first),
    );
    expect(result).toMatchObject({ status: 'changed', membership: { member: { rev: 1 } } });
  });
});
