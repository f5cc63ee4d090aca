import {
  DomainError,
  type ChangeFacts,
  type ConversationId,
  type EntryChange,
} from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppendItem, CommitBatchOptions, Database } from '../../src/index.js';
import { allow, app, direct, message, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let one: Database;
let two: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  one = rig.open();
  two = rig.open();
});
afterAll(() => rig.stop());

/** The rule that the log itself depends on: only what is there can be changed. */
const rules: CommitBatchOptions = {
  ...allow,
  judge(_item, _member, _head, change) {
    const there = change?.targets.every((target) => target?.state === 'present') ?? true;
    return there ? null : new DomainError('NOT_FOUND', 'no such message');
  },
};

/** A direct chat with this many messages of its first user. */
async function chat(name: string, messages = 1): Promise<ConversationId> {
  const conversationId = direct(`${name}-a`, `${name}-b`);
  await one.conversations.ensureDirect([{ appId: app, conversationId }]);
  const items = Array.from({ length: messages }, (_, n) =>
    message(conversationId, `${name}-a`, { content: Buffer.from(`secret ${n + 1}`) }),
  );
  await one.append.commitBatch(items, rules);
  return conversationId;
}

function changing(conversationId: ConversationId, change: EntryChange): AppendItem {
  const from = conversationId.split(':')[1] ?? '';
  return message(conversationId, from, {
    kind: change.kind,
    content: Buffer.from(change.kind),
    countable: false,
    shown: false,
    change,
  });
}

const recall = (id: ConversationId, seq: number) =>
  changing(id, { kind: 'recall', targetSeqs: [seq], windowMs: 0 });
const remove = (id: ConversationId, ...targetSeqs: number[]) =>
  changing(id, { kind: 'delete', targetSeqs });
const edit = (id: ConversationId, seq: number, text: string) =>
  changing(id, {
    kind: 'edit',
    targetSeqs: [seq],
    windowMs: 0,
    contentKind: 'text',
    content: Buffer.from(text),
    entryContent: (revision) => Buffer.from(`edit ${revision}: ${text}`),
    isOfTarget: (stored) => stored.length > 0,
  });
const react = (id: ConversationId, seq: number, emoji: string, removed = false) =>
  changing(id, { kind: 'react', targetSeqs: [seq], emoji, removed });
const pin = (id: ConversationId, seq: number, removed = false) =>
  changing(id, { kind: 'pin', targetSeqs: [seq], removed });

async function log(conversationId: ConversationId): Promise<string[]> {
  const range = { fromSeq: 1, toSeq: 1_000 };
  const entries = await two.conversations.entries(app, conversationId, range);
  return entries.map(
    ({ seq, kind, state, revision, content }) =>
      `${seq} ${kind} ${state} r${revision} [${Buffer.from(content).toString()}]`,
  );
}

async function run(items: AppendItem[], database = one): Promise<unknown[]> {
  const { outcomes } = await database.append.commitBatch(items, rules);
  return outcomes.map((each) => (each.status === 'committed' ? each.seq : each.status));
}

describe('a recall', () => {
  it('blanks the message and everything that an edit said in its place', async () => {
    const id = await chat('re');
    expect(await run([edit(id, 1, 'first')])).toEqual([2]);
    expect(await run([edit(id, 1, 'second'), recall(id, 1)])).toEqual([3, 4]);
    expect(await log(id)).toEqual([
      '1 text recalled r2 []',
      '2 edit recalled r0 []',
      '3 edit recalled r0 []',
      '4 recall present r0 [recall]',
    ]);
    const leftovers = await rig.rows(
      `SELECT seq FROM entries WHERE conversation_id = ? AND (content LIKE '%secret%' OR content LIKE '%first%' OR content LIKE '%second%')`,
      [id],
    );
    expect(leftovers).toEqual([]);
  });

  it('tells delivery not to push what an edit of the same batch said', async () => {
    const id = await chat('same');
    const { outcomes } = await one.append.commitBatch([edit(id, 1, 'new'), recall(id, 1)], rules);
    expect(outcomes[0]).toMatchObject({ status: 'committed', seq: 2, state: 'recalled' });
    expect(outcomes[0]).toHaveProperty('content', new Uint8Array(0));
    expect(outcomes[1]).not.toHaveProperty('state');
  });

  it('is refused the second time, also within the batch', async () => {
    const id = await chat('twice', 2);
    expect(await run([recall(id, 1), recall(id, 1), edit(id, 1, 'x'), react(id, 1, 'a')])).toEqual([
      3,
      'refused',
      'refused',
      'refused',
    ]);
    expect(await run([recall(id, 1), remove(id, 2, 1), remove(id, 2)])).toEqual([
      'refused',
      'refused',
      4,
    ]);
    expect(await log(id)).toEqual([
      '1 text recalled r0 []',
      '2 text deleted r0 []',
      '3 recall present r0 [recall]',
      '4 delete present r0 [delete]',
    ]);
  });

  it('does not find what comes later, in the same batch or ever', async () => {
    const id = await chat('later');
    const items = [message(id, 'later-a'), recall(id, 2), recall(id, 99)];
    expect(await run(items)).toEqual([2, 'refused', 'refused']);
  });

  it('of another conversation with the same seqs changes nothing here', async () => {
    const [id, other] = [await chat('here'), await chat('there')];
    expect(await run([recall(other, 1), edit(id, 1, 'mine')])).toEqual([2, 2]);
    expect((await log(id))[0]).toBe('1 text present r1 [mine]');
    expect((await log(other))[0]).toBe('1 text recalled r0 []');
  });

  it('is answered with its first seq when it is repeated', async () => {
    const id = await chat('retry');
    const item = recall(id, 1);
    const [first] = (await one.append.commitBatch([item], rules)).outcomes;
    const [again] = (await two.append.commitBatch([item], rules)).outcomes;
    expect(first).toMatchObject({ status: 'committed', seq: 2 });
    expect(again).toMatchObject({ status: 'duplicate', seq: 2 });
  });
});

describe('an edit', () => {
  it('raises the revision of its target, each after the other', async () => {
    const id = await chat('ed');
    const { outcomes } = await one.append.commitBatch(
      [edit(id, 1, 'one'), edit(id, 1, 'two')],
      rules,
    );
    expect(
      outcomes.map((each) =>
        'content' in each ? Buffer.from(each.content ?? []).toString() : each.status,
      ),
    ).toEqual(['edit 1: one', 'edit 2: two']);
    await run([edit(id, 1, 'three')], two);
    expect(await log(id)).toEqual([
      '1 text present r3 [three]',
      '2 edit present r0 [edit 1: one]',
      '3 edit present r0 [edit 2: two]',
      '4 edit present r0 [edit 3: three]',
    ]);
  });

  it('and a recall from two nodes at once end in one order: nothing readable is left', async () => {
    for (let round = 0; round < 30; round += 1) {
      const id = await chat(`race${round}`);
      const [edited, recalled] = await Promise.all([
        run([edit(id, 1, 'raced')], one),
        run([recall(id, 1)], two),
      ]);
      const lines = await log(id);
      expect(lines[0]).toMatch(/^1 text recalled r[01] \[\]$/);
      expect(lines.join()).not.toContain('raced');
      expect([edited, recalled].flat()).toEqual(
        edited?.[0] === 'refused' ? ['refused', 2] : [2, 3],
      );
    }
  });

  it('by two nodes at once never loses a revision', async () => {
    const id = await chat('revs');
    const edits = Array.from({ length: 20 }, (_, n) =>
      run([edit(id, 1, `v${n}`)], n % 2 ? one : two),
    );
    await Promise.all(edits);
    const lines = await log(id);
    const last = lines.find((line) => line.includes('[edit 20: '));
    const text = /edit 20: (.*)\]/.exec(last ?? '')?.[1] ?? 'none';
    expect(lines[0]).toBe(`1 text present r20 [${text}]`);
    expect(lines).toHaveLength(21);
  });
});

describe('reactions and pins', () => {
  const emojis = async (id: ConversationId): Promise<string[]> => {
    const rows = await rig.rows<{ line: string }>(
      `SELECT CONCAT(target_seq, ' ', user_id, ' ', CONVERT(emoji USING utf8mb4)) AS line FROM reactions
       WHERE conversation_id = ? ORDER BY target_seq, user_id, emoji`,
      [id],
    );
    return rows.map(({ line }) => line);
  };
  const pins = async (id: ConversationId): Promise<number[]> => {
    const rows = await rig.rows<{ target_seq: number }>(
      'SELECT target_seq FROM pins WHERE conversation_id = ? ORDER BY target_seq',
      [id],
    );
    return rows.map((row) => row.target_seq);
  };

  it('are kept once, and what changes nothing stores nothing', async () => {
    const id = await chat('rea');
    expect(await run([react(id, 1, '👍'), react(id, 1, '👍'), react(id, 1, 'a')])).toEqual([
      2,
      'unchanged',
      3,
    ]);
    expect(await run([react(id, 1, '👍'), react(id, 1, 'b', true)])).toEqual([
      'unchanged',
      'unchanged',
    ]);
    expect(await emojis(id)).toEqual(['1 rea-a a', '1 rea-a 👍']);
    expect(await run([react(id, 1, 'a', true), react(id, 1, 'a', true)])).toEqual([4, 'unchanged']);
    expect(await emojis(id)).toEqual(['1 rea-a 👍']);
    expect(await run([pin(id, 1), pin(id, 1), pin(id, 1, true), pin(id, 1)])).toEqual([
      5,
      'unchanged',
      6,
      7,
    ]);
    expect(await pins(id)).toEqual([1]);
  });

  it('that changed nothing change nothing when an attempt comes later', async () => {
    const id = await chat('late');
    const [ask, late] = [pin(id, 1, true), react(id, 1, 'a')];
    expect(await run([late])).toEqual([2]);
    const again = react(id, 1, 'a');
    expect(await run([ask, again])).toEqual(['unchanged', 'unchanged']);
    expect(await run([react(id, 1, 'a', true), pin(id, 1)])).toEqual([3, 4]);
    expect(await run([ask, again, message(id, 'late-a')], two)).toEqual([
      'unchanged',
      'unchanged',
      5,
    ]);
    expect([await emojis(id), await pins(id)]).toEqual([[], [1]]);
    const elsewhere = await chat('late2');
    expect(await run([pin(elsewhere, 1)])).toEqual([2]);
    expect(await run([{ ...pin(elsewhere, 1, true), clientMsgId: ask.clientMsgId }])).toEqual([3]);
  });

  it('that changed nothing are forgotten after their time, and not before', async () => {
    const id = await chat('kept');
    const [old, young] = [pin(id, 1, true), pin(id, 1, true)];
    expect(await run([old, young, message(id, 'kept-a')])).toEqual(['unchanged', 'unchanged', 2]);
    const age = (days: number, { clientMsgId }: AppendItem) =>
      rig.rows('UPDATE spent_message_ids SET created_ms = created_ms - ? WHERE client_msg_id = ?', [
        days * 86_400_000,
        clientMsgId,
      ]);
    await age(7.1, old);
    await age(6.9, young);
    await rig.rows(
      "INSERT IGNORE INTO apps (app_id, name, settings, created_ms) VALUES ('demo', 'Demo', '{}', 0)",
    );
    expect(await one.requests.prune(100)).toBe(1);
    expect(await run([pin(id, 1), young, old])).toEqual([3, 'unchanged', 4]);
  });

  it('go with their message', async () => {
    const id = await chat('with', 2);
    await run([react(id, 1, 'a'), pin(id, 1), react(id, 2, 'a'), pin(id, 2)]);
    await run([react(id, 1, 'b'), remove(id, 1)]);
    expect(await emojis(id)).toEqual(['2 with-a a']);
    expect(await pins(id)).toEqual([2]);
  });

  it('tell two emoji apart that a collation takes for the same', async () => {
    const id = await chat('coll');
    expect(await run([react(id, 1, 'a'), react(id, 1, 'A'), react(id, 1, 'a ')])).toEqual([
      2, 3, 4,
    ]);
  });

  it('are shown to the judge with what came before in the batch', async () => {
    const id = await chat('facts');
    const seen: ChangeFacts[] = [];
    const judge: CommitBatchOptions['judge'] = (_item, _member, _head, change) => {
      if (change) {
        seen.push({
          ...change,
          ownReactions: new Set(change.ownReactions),
          pinned: new Set(change.pinned),
        });
      }
      return null;
    };
    await one.append.commitBatch([react(id, 1, 'a'), react(id, 1, 'b'), pin(id, 1)], {
      ...allow,
      judge,
    });
    await one.append.commitBatch([react(id, 1, 'c'), pin(id, 1, true)], { ...allow, judge });
    expect(seen.map(({ ownReactions, pinned }) => [[...ownReactions], [...pinned]])).toEqual([
      [[], []],
      [['a'], []],
      [expect.anything(), []],
      [['a', 'b'], [1]],
      [expect.anything(), [1]],
    ]);
    expect(seen[0]?.targets).toMatchObject([
      { seq: 1, sender: { kind: 'user', id: 'facts-a' }, kind: 'text', state: 'present' },
    ]);
    expect(Math.abs((seen[0]?.nowMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });
});

it('raises no count, moves no cursor and does not bring the conversation up in lists', async () => {
  const id = await chat('quiet');
  const before = await one.conversations.member(app, user('quiet-a'), id);
  await run([edit(id, 1, 'x'), react(id, 1, 'a'), pin(id, 1), recall(id, 1)]);
  const after = await one.conversations.member(app, user('quiet-a'), id);
  expect(after).toMatchObject({ lastSeq: 5, lastOrdinal: 1, shownSeq: 1 });
  expect(after?.activeMs).toBe(before?.activeMs);
  expect(after?.member).toEqual(before?.member);
  const [shown] = await one.conversations.shownEntries(app, [{ conversationId: id, seq: 1 }]);
  expect(shown?.entry).toMatchObject({ state: 'recalled', revision: 1 });
  expect(shown?.entry?.content.byteLength).toBe(0);
});

it('is pulled as it is now: blanked, or with the newest revision', async () => {
  const id = await chat('pull', 2);
  await run([edit(id, 2, 'newest'), recall(id, 1)]);
  const pulled = await two.conversations.pull({
    appId: app,
    userId: user('pull-b'),
    conversationId: id,
    fromSeq: 1,
    toSeq: 0,
    limit: 10,
    backwards: false,
  });
  const lines = pulled?.entries.map(({ state, revision, content }) => [
    state,
    revision,
    Buffer.from(content).toString(),
  ]);
  expect(lines?.slice(0, 2)).toEqual([
    ['recalled', 0, ''],
    ['present', 1, 'newest'],
  ]);
});

it('deletes a hundred messages in one entry', async () => {
  const id = await chat('many', 100);
  const all = Array.from({ length: 100 }, (_, n) => n + 1);
  expect(await run([remove(id, ...all)])).toEqual([101]);
  const lines = await log(id);
  expect(lines.filter((line) => line.includes('deleted r0 []'))).toHaveLength(100);
});
