import { DomainError, parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  APPEND_MAX_ITEMS,
  PoisonedBatch,
  type AppendOutcome,
  type Database,
} from '../../src/index.js';
import { allow, app, direct, message, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
});
afterAll(() => rig.stop());

async function fresh(a: string, b: string) {
  const conversationId = direct(a, b);
  await database.conversations.ensureDirect([{ appId: app, conversationId }]);
  return conversationId;
}

const seqs = (outcomes: AppendOutcome[]) =>
  outcomes.map((each) => ('seq' in each ? [each.status, each.seq, each.ordinal] : [each.status]));

describe('numbering', () => {
  it('numbers the items of each conversation in their order, from 1 and without a gap', async () => {
    const [one, two] = [await fresh('a', 'b'), await fresh('a', 'c')];
    const items = [message(one, 'a'), message(two, 'c'), message(one, 'b', { countable: false })];
    const result = await database.append.commitBatch(items, allow);
    expect(seqs(result.outcomes)).toEqual([
      ['committed', 1, 1],
      ['committed', 1, 1],
      ['committed', 2, 1],
    ]);
    const next = await database.append.commitBatch([message(one, 'a')], allow);
    expect(seqs(next.outcomes)).toEqual([['committed', 3, 2]]);
    expect(next.committed).toMatchObject([{ conversationId: one, firstSeq: 3, lastSeq: 3 }]);
    expect(next.committed[0]).toMatchObject({ memberVersion: 1, leaveVersion: 0, mode: 'routed' });
  });

  it('stores the bytes as they came, and the time of the database', async () => {
    const one = await fresh('bytes-a', 'bytes-b');
    const content = Buffer.from([0, 39, 92, 255, 59, 63, 10]);
    const before = Date.now() - 60_000;
    const [outcome] = (
      await database.append.commitBatch([message(one, 'bytes-a', { content })], allow)
    ).outcomes;
    const [entry] = await database.conversations.entries(app, one, { fromSeq: 1, toSeq: 9 });
    expect(Buffer.from(entry?.content ?? []).equals(content)).toBe(true);
    expect(outcome).toMatchObject({ createdMs: entry?.createdMs });
    expect(entry?.createdMs).toBeGreaterThan(before);
  });

  it('reads the largest batch back as one range, as the recovery does', async () => {
    const one = await fresh('large-a', 'large-b');
    const items = Array.from({ length: APPEND_MAX_ITEMS }, () => message(one, 'large-a'));
    await database.append.commitBatch(items, allow);
    const range = { fromSeq: 1, toSeq: APPEND_MAX_ITEMS };
    const entries = await database.conversations.entries(app, one, range);
    expect(entries).toHaveLength(APPEND_MAX_ITEMS);
  });

  it('moves the head, the author’s own cursor and rev, and nobody else’s', async () => {
    const one = await fresh('cur-a', 'cur-b');
    await database.append.commitBatch([message(one, 'cur-a'), message(one, 'cur-a')], allow);
    const author = await database.conversations.member(app, user('cur-a'), one);
    const other = await database.conversations.member(app, user('cur-b'), one);
    expect(author).toMatchObject({ lastSeq: 2, lastOrdinal: 2, shownSeq: 2, change: 3 });
    expect(author?.member).toMatchObject({ readSeq: 2, readOrdinal: 2, rev: 1 });
    expect(other?.member).toMatchObject({ readSeq: 0, readOrdinal: 0, rev: 0 });
  });

  it('takes senders of other kinds, which have no membership and no cursor', async () => {
    const one = await fresh('kind-a', 'kind-b');
    const business = { kind: 'business', id: 'kind-a' } as const;
    const judged: unknown[] = [];
    const judge = (_item: unknown, member: unknown) => {
      judged.push(member);
      return null;
    };
    const items = [message(one, '', { sender: business }), message(one, 'kind-a')];
    await database.append.commitBatch(items, { ...allow, judge });
    const stint = { role: 'member', joinedSeq: 0, leftSeq: null };
    const member = { ...stint, flags: 0, clearedSeq: 0, mutedUntilMs: 0 };
    expect(judged).toEqual([null, member]);
    const entries = await database.conversations.entries(app, one, { fromSeq: 1, toSeq: 2 });
    expect(entries.map((entry) => entry.sender)).toEqual([business, items[1]?.sender]);
  });
});

describe('retries', () => {
  it('answers the first seq for a key that is stored, in this batch or another', async () => {
    const one = await fresh('re-a', 're-b');
    const item = message(one, 're-a');
    const first = await database.append.commitBatch([item, message(one, 're-a'), item], allow);
    expect(seqs(first.outcomes)).toEqual([
      ['committed', 1, 1],
      ['committed', 2, 2],
      ['duplicate', 1, 1],
    ]);
    const again = await database.append.commitBatch([item, message(one, 're-b'), item], allow);
    expect(seqs(again.outcomes)).toEqual([
      ['duplicate', 1, 1],
      ['committed', 3, 3],
      ['duplicate', 1, 1],
    ]);
    const sameIdOfAnother = message(one, 're-b', { clientMsgId: item.clientMsgId });
    const other = await database.append.commitBatch([sameIdOfAnother], allow);
    expect(seqs(other.outcomes)).toEqual([['committed', 4, 4]]);
  });

  it('recognises a retry before it asks for permission, and writes nothing for it', async () => {
    const one = await fresh('gone-a', 'gone-b');
    const item = message(one, 'gone-a');
    await database.append.commitBatch([item], allow);
    const judge = () => new DomainError('NOT_A_MEMBER', 'removed since');
    const result = await database.append.commitBatch([item], { ...allow, judge });
    expect(seqs(result.outcomes)).toEqual([['duplicate', 1, 1]]);
    expect(result).toMatchObject({ dispatchId: null, committed: [] });
  });

  it('never takes entries without a client_msg_id for retries', async () => {
    const one = await fresh('sys-a', 'sys-b');
    const item = message(one, '', { sender: { kind: 'system', id: '' }, clientMsgId: '' });
    const result = await database.append.commitBatch([item, item], allow);
    expect(seqs(result.outcomes).map(([status]) => status)).toEqual(['committed', 'committed']);
  });
});

describe('neighbours', () => {
  it('are not touched by a refusal, which takes no number', async () => {
    const one = await fresh('ref-a', 'ref-b');
    const judge = (item: { sender: { id: string } }) =>
      item.sender.id === 'ref-b' ? new DomainError('MUTED', 'muted') : null;
    const items = [message(one, 'ref-a'), message(one, 'ref-b'), message(one, 'ref-a')];
    const { outcomes } = await database.append.commitBatch(items, { ...allow, judge });
    expect(seqs(outcomes)).toEqual([['committed', 1, 1], ['refused'], ['committed', 2, 2]]);
  });

  it('are not touched by a conversation that does not exist', async () => {
    const one = await fresh('nh-a', 'nh-b');
    const items = [message(direct('nobody', 'here'), 'nobody'), message(one, 'nh-a')];
    for (const skipLocked of [false, true]) {
      const { outcomes } = await database.append.commitBatch(items, { ...allow, skipLocked });
      expect(outcomes[0]).toEqual({ status: 'no-head' });
      expect(outcomes[1]).toMatchObject({ seq: 1 });
    }
  });

  it('fall with a poisonous item, whole and without a trace', async () => {
    const one = await fresh('poi-a', 'poi-b');
    const poison = message(one, 'poi-a', { kind: 'k'.repeat(33) });
    const batch = [message(one, 'poi-a'), poison];
    const failure = await database.append
      .commitBatch(batch, allow)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PoisonedBatch);
    expect(JSON.stringify(failure) + String(failure)).not.toContain('kkkk');
    expect(await database.conversations.entries(app, one, { fromSeq: 1, toSeq: 9 })).toEqual([]);
    const { outcomes } = await database.append.commitBatch([message(one, 'poi-a')], allow);
    expect(seqs(outcomes)).toEqual([['committed', 1, 1]]);
  });

  it('of another app are another conversation', async () => {
    const one = await fresh('ten-a', 'ten-b');
    const appId = parseAppId('other');
    const items = [message(one, 'ten-a'), message(one, 'ten-a', { appId })];
    const { outcomes } = await database.append.commitBatch(items, allow);
    expect(outcomes.map((each) => each.status)).toEqual(['committed', 'no-head']);
  });
});

it('keeps values values, whatever they hold', async () => {
  const one = await fresh('inj-a', 'inj-b');
  const clientMsgId = `'\\"); DROP TABLE entries; -- ?`;
  const item = message(one, 'inj-a', { clientMsgId });
  const { outcomes } = await database.append.commitBatch([item, item], allow);
  expect(seqs(outcomes)).toEqual([
    ['committed', 1, 1],
    ['duplicate', 1, 1],
  ]);
  const again = await database.append.commitBatch([item], allow);
  expect(seqs(again.outcomes)).toEqual([['duplicate', 1, 1]]);
  const [entry] = await database.conversations.entries(app, one, { fromSeq: 1, toSeq: 1 });
  expect(entry?.clientMsgId).toBe(clientMsgId);
});

it('writes one dispatch row per batch, with ranges and without content', async () => {
  const [one, two] = [await fresh('dis-a', 'dis-b'), await fresh('dis-a', 'dis-c')];
  const items = [message(one, 'dis-a'), message(two, 'dis-a'), message(one, 'dis-b')];
  const { dispatchId } = await database.append.commitBatch(items, allow);
  const rows = await rig.rows<{ owner: string; payload: string; due_ms: string }>(
    'SELECT owner, payload, due_ms FROM dispatch WHERE dispatch_id = ?',
    [dispatchId ?? ''],
  );
  expect(rows).toHaveLength(1);
  expect(JSON.parse(rows[0]?.payload ?? '')).toEqual({
    ranges: [
      { appId: app, conversationId: one, fromSeq: 1, toSeq: 2 },
      { appId: app, conversationId: two, fromSeq: 1, toSeq: 1 },
    ],
    states: [],
  });
});

it('goes by the database’s clock alone: a node whose own is wrong does no harm', async () => {
  const one = await fresh('clk-a', 'clk-b');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  const { outcomes, dispatchId } = await database.append
    .commitBatch([message(one, 'clk-a')], allow)
    .finally(() => vi.useRealTimers());
  const [row] = await rig.rows<{ due: number; now: number }>(
    'SELECT due_ms AS due, UNIX_TIMESTAMP(NOW(3)) * 1000 AS now FROM dispatch WHERE dispatch_id = ?',
    [dispatchId ?? ''],
  );
  const [outcome] = outcomes;
  const createdMs = outcome?.status === 'committed' ? outcome.createdMs : 0;
  expect(createdMs).toBeLessThanOrEqual(Number(row?.now));
  expect(Number(row?.due)).toBe(createdMs + allow.dispatchDelayMs);
});

it('refuses a batch above its limits before it is sent', async () => {
  const one = await fresh('lim-a', 'lim-b');
  const many = Array.from({ length: APPEND_MAX_ITEMS + 1 }, () => message(one, 'lim-a'));
  await expect(database.append.commitBatch(many, allow)).rejects.toThrow('APPEND_MAX_ITEMS');
  const large = message(one, 'lim-a', { content: Buffer.alloc(1_500_001) });
  await expect(database.append.commitBatch([large], allow)).rejects.toThrow(
    'APPEND_MAX_CONTENT_BYTES',
  );
});

it('commits the largest batch that its limits allow', async () => {
  const one = await fresh('big-a', 'big-b');
  const content = Buffer.alloc(1_464, 255);
  const items = Array.from({ length: APPEND_MAX_ITEMS }, () => message(one, 'big-a', { content }));
  const { outcomes } = await database.append.commitBatch(items, allow);
  expect(outcomes.at(-1)).toMatchObject({ status: 'committed', seq: APPEND_MAX_ITEMS });
});
