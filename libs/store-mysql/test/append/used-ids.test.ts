import { DomainError, type ConversationId, type EntryChange } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppendItem, CommitBatchOptions, Database } from '../../src/index.js';
import { allow, app, direct, message, StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
});
afterAll(() => rig.stop());

const rules: CommitBatchOptions = {
  ...allow,
  judge: (_item, _member, _head, _change, taken) =>
    taken === true ? new DomainError('ALREADY_EXISTS', 'taken') : null,
};

async function run(...items: AppendItem[]): Promise<unknown[]> {
  const { outcomes } = await database.append.commitBatch(items, rules);
  return outcomes.map((each) => ('seq' in each ? `${each.status} ${each.seq}` : each.status));
}

/** A chat with messages at 1 and 2, and what changes them under one id. */
async function chat(name: string) {
  const id: ConversationId = direct(`${name}-a`, `${name}-b`);
  await database.conversations.ensureDirect([{ appId: app, conversationId: id }]);
  const said = (more: Partial<AppendItem> = {}) => message(id, `${name}-a`, more);
  await run(said(), said());
  const change = (kind: string, changed: EntryChange, about: string): AppendItem =>
    said({ clientMsgId: 'k', kind, content: Buffer.from(about), change: changed });
  const recall = (seq: number) =>
    change('recall', { kind: 'recall', targetSeqs: [seq], windowMs: 0 }, `recall ${seq}`);
  const remove = (seq: number) =>
    change('delete', { kind: 'delete', targetSeqs: [seq] }, `delete ${seq}`);
  const pin = (seq: number, removed = false) =>
    change('pin', { kind: 'pin', targetSeqs: [seq], removed }, `pin ${seq} ${removed}`);
  const edit = (seq: number, text: string) => {
    const content = Buffer.from(text);
    const entryContent = () => Buffer.from(`${seq} ${text}`);
    const isOfTarget = (kept: Uint8Array) => Buffer.from(kept).toString().startsWith(`${seq} `);
    const words = { contentKind: 'text', content, entryContent, isOfTarget, windowMs: 0 };
    return change('edit', { kind: 'edit', targetSeqs: [seq], ...words }, '');
  };
  const text = (words = 'x') => said({ clientMsgId: 'k', content: Buffer.from(words) });
  return { id, recall, remove, pin, edit, text };
}

describe.each(['one after the other', 'in one batch'])('of two with one id, %s,', (how) => {
  const both = async (first: AppendItem, second: AppendItem) =>
    how === 'in one batch' ? run(first, second) : [...(await run(first)), ...(await run(second))];

  it('the second repeats the first when it asks for the same', async () => {
    const again = ['committed 3', 'duplicate 3'];
    const name = how.length;
    const { text } = await chat(`text${name}`);
    expect(await both(text('one'), text('two'))).toEqual(again);
    const { edit } = await chat(`edit${name}`);
    expect(await both(edit(1, 'one'), edit(1, 'two'))).toEqual(again);
    const { pin } = await chat(`pin${name}`);
    expect(await both(pin(1), pin(1))).toEqual(again);
    const unpin = (await chat(`unpin${name}`)).pin(1, true);
    expect(await both(unpin, unpin)).toEqual(['unchanged', 'unchanged']);
  });

  it('the second is refused when it asks for anything else', async () => {
    const refused = ['committed 3', 'refused'];
    let n = 0;
    const pairs = async (
      of: (given: Awaited<ReturnType<typeof chat>>) => [AppendItem, AppendItem],
    ) => both(...of(await chat(`other${how.length}-${(n += 1)}`)));
    expect(await pairs(({ recall, remove }) => [recall(1), remove(2)])).toEqual(refused);
    expect(await pairs(({ recall }) => [recall(1), recall(2)])).toEqual(refused);
    expect(await pairs(({ text, recall }) => [text(), recall(1)])).toEqual(refused);
    expect(await pairs(({ text, recall }) => [recall(1), text()])).toEqual(refused);
    expect(await pairs(({ edit }) => [edit(1, 'a'), edit(2, 'a')])).toEqual(refused);
    expect(await pairs(({ pin }) => [pin(1), pin(1, true)])).toEqual(refused);
    const spent = ['unchanged', 'refused'];
    expect(await pairs(({ pin }) => [pin(1, true), pin(1)])).toEqual(spent);
    expect(await pairs(({ pin, recall }) => [pin(1, true), recall(1)])).toEqual(spent);
  });
});

it('an edit whose words went with its message is no edit of one that is there', async () => {
  const { id, edit, recall } = await chat('blank');
  expect(await run(edit(1, 'a'))).toEqual(['committed 3']);
  expect(await run({ ...recall(1), clientMsgId: 'r' })).toEqual(['committed 4']);
  expect(await run(edit(1, 'a'))).toEqual(['duplicate 3']);
  expect(await run(edit(2, 'a'))).toEqual(['refused']);
  expect(
    await rig.rows('SELECT kind FROM entries WHERE conversation_id = ? AND seq > 4', [id]),
  ).toEqual([]);
});

it('what a version without the columns has kept of it is taken for the same', async () => {
  const { pin, recall } = await chat('old');
  expect(await run(pin(1, true))).toEqual(['unchanged']);
  await rig.rows('UPDATE spent_message_ids SET kind = NULL, content = NULL');
  expect(await run(recall(1))).toEqual(['unchanged']);
});

it('a judge that lets it in all the same stores nothing', async () => {
  const { text, recall } = await chat('lax');
  await run(text());
  await expect(database.append.commitBatch([recall(1)], allow)).rejects.toThrow(RangeError);
});
