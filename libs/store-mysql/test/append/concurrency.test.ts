import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockHeads } from '../../src/append/append-reads.js';
import { TransientStoreError, type AppendItem, type Database } from '../../src/index.js';
import { allow, app, direct, message, StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;

beforeAll(async () => {
  rig = await StoreRig.start();
});
afterAll(() => rig.stop());

/** What a writer does: run again what had no effect, and what was skipped. Returns the seq of each item. */
async function commit(database: Database, items: AppendItem[]): Promise<Map<string, number>> {
  const seqs = new Map<string, number>();
  let left = items;
  for (let round = 0; left.length > 0; round++) {
    const skipLocked = round % 4 !== 3;
    try {
      const { outcomes } = await database.append.commitBatch(left, { ...allow, skipLocked });
      outcomes.forEach((outcome, index) => {
        if ('seq' in outcome) seqs.set(left[index]?.clientMsgId ?? '', outcome.seq);
        else if (outcome.status !== 'skipped') throw new Error(outcome.status);
      });
      left = left.filter((item) => !seqs.has(item.clientMsgId));
    } catch (error) {
      if (!(error instanceof TransientStoreError)) throw error;
    }
  }
  return seqs;
}

it('keeps seqs contiguous and retries single when two nodes write the same conversations', async () => {
  const nodes = [rig.open(), rig.open()] as const;
  const conversations = ['b', 'c', 'd', 'e'].map((other) => direct('a', other));
  const heads = conversations.map((conversationId) => ({ appId: app, conversationId }));
  await Promise.all(nodes.map((node) => node.conversations.ensureDirect(heads)));
  const batches = Array.from({ length: 24 }, () =>
    conversations.flatMap((each) => [message(each, 'a'), message(each, 'a')]),
  );
  // Every batch goes to both nodes at the same time, forwards and backwards.
  const answers = await Promise.all(
    batches.flatMap((items) => [commit(nodes[0], items), commit(nodes[1], [...items].reverse())]),
  );
  const answered = new Map<string, number>();
  for (const seqs of answers) {
    for (const [key, seq] of seqs)
      expect(answered.set(key, answered.get(key) ?? seq).get(key)).toBe(seq);
  }
  expect(answered.size).toBe(24 * 8);
  for (const conversationId of conversations) {
    const range = { fromSeq: 1, toSeq: 1_000 };
    const entries = await nodes[0].conversations.entries(app, conversationId, range);
    expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
    expect(entries.map((entry) => entry.ordinal)).toEqual(entries.map((entry) => entry.seq));
    for (const entry of entries) expect(answered.get(entry.clientMsgId)).toBe(entry.seq);
  }
});

it('skips a head that somebody holds, waits for one alone, and gives up with a retryable error', async () => {
  const database = rig.open();
  const [held, free] = [direct('held', 'x'), direct('free', 'x')];
  const heads = [held, free].map((conversationId) => ({ appId: app, conversationId }));
  await database.conversations.ensureDirect(heads);
  const holder = await createConnection({ uri: rig.created.rootUrl });
  try {
    await holder.query('START TRANSACTION');
    await holder.query(
      'SELECT * FROM conversations WHERE app_id = ? AND conversation_id = ? FOR UPDATE',
      [app, held],
    );
    const items = [message(held, 'held'), message(free, 'free')];
    const skipping = await database.append.commitBatch(items, { ...allow, skipLocked: true });
    expect(skipping.outcomes).toMatchObject([{ status: 'skipped' }, { status: 'committed' }]);
    const waiting = database.append.commitBatch(items, allow);
    await expect(waiting).rejects.toBeInstanceOf(TransientStoreError);
    await expect(waiting).rejects.toMatchObject({ errno: 1205 });
    const alone = database.append.commitBatch(items.slice(0, 1), { ...allow, skipLocked: true });
    await holder.query('ROLLBACK');
    expect((await alone).outcomes).toMatchObject([{ status: 'committed', seq: 1 }]);
  } finally {
    holder.destroy();
  }
});

it('locks the heads of the batch and no others, in the order of keys', async () => {
  const others = ['b', 'c', 'd', 'e', 'f'].map((other) => direct('locks', other));
  const heads = others.map((conversationId) => ({ appId: app, conversationId }));
  await rig.open().conversations.ensureDirect(heads);
  const [first, second] = await Promise.all([1, 2].map(() => StoreRig.root(rig.created.rootUrl)));
  try {
    for (const connection of [first, second]) {
      await connection?.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
      await connection?.query('START TRANSACTION');
    }
    await first?.query(lockHeads(heads.slice(1), false));
    const [rows] = (await second?.query(lockHeads(heads, true))) ?? [];
    expect(rows).toMatchObject([{ conversation_id: others[0] }]);
    await first?.query('ROLLBACK');
    const [all] = (await second?.query(lockHeads(heads, true))) ?? [];
    expect((all as { conversation_id: string }[]).map((row) => row.conversation_id)).toEqual(
      others,
    );
  } finally {
    first?.destroy();
    second?.destroy();
  }
});
