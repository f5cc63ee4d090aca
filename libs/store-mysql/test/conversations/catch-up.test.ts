import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConversationId } from '@queqiao/domain';
import { hiddenSql, stintsSql } from '../../src/conversation/pull-facts.js';
import {
  APPEND_MAX_ITEMS,
  HIDDEN_MAX_SEQS,
  type Database,
  type PullResult,
} from '../../src/index.js';
import { allow, app, direct, message, StoreRig, user } from '../rig/store-rig.js';
import { statementsOf } from '../rig/statements-of.js';

const me = user('me');
const change = { appId: app, userId: me, owner: 'logic-1', dispatchDelayMs: 3_000 };
const named = (prefix: string, count: number): ConversationId[] =>
  Array.from({ length: count }, (_, index) => direct('me', `${prefix}${index}`));

/** Came back after a while away, deleted some for oneself, deleted more than a row names, left. */
const returned = named('back', 12);
const hidden = named('few', 12);
const buried = named('many', 2);
const left = named('left', 12);
const all = [...returned, ...hidden, ...buried, ...left];

let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  const heads = all.map((conversationId) => ({ appId: app, conversationId }));
  await database.conversations.ensureDirect(heads);
  for (const id of all) await fill(id, buried.includes(id) ? HIDDEN_MAX_SEQS + 20 : 9);
  for (const id of returned) {
    await rig.rows('INSERT INTO member_stints VALUES (?, ?, ?, 0, 3)', [app, 'me', id]);
    await rig.rows(`UPDATE members SET joined_seq = 6 ${MINE}`, [app, id]);
  }
  for (const id of hidden) await hide(id, [2, 5, 9]);
  for (const id of buried) {
    const odd = Array.from({ length: HIDDEN_MAX_SEQS }, (_, index) => index + 21);
    await hide(id, [1, 4, 5]);
    await hide(id, odd);
  }
  for (const id of left) {
    await rig.rows(`UPDATE members SET left_seq = 4, left_ordinal = 4 ${MINE}`, [app, id]);
  }
  await rig.root.query('ANALYZE TABLE members, member_stints, hidden_entries');
});
afterAll(() => rig.stop());

const MINE = "WHERE app_id = ? AND user_id = 'me' AND conversation_id = ?";

async function fill(id: ConversationId, count: number): Promise<void> {
  const items = Array.from({ length: count }, () => message(id, 'me'));
  for (let at = 0; at < items.length; at += APPEND_MAX_ITEMS) {
    await database.append.commitBatch(items.slice(at, at + APPEND_MAX_ITEMS), allow);
  }
}

function hide(conversationId: ConversationId, seqs: number[]): Promise<unknown> {
  return database.members.deleteForMe({ ...change, conversationId, seqs });
}

/** From the second entry on. */
async function caughtUp(ids: readonly ConversationId[]): Promise<(PullResult | null)[]> {
  const wanted = ids.map((conversationId) => ({ conversationId, fromSeq: 2 }));
  return (await database.conversations.catchUp(app, me, wanted)).map(({ result }) => result);
}

const THREE = ['members to catch up', 'entries to catch up', 'members to catch up'];

it.each<[string, readonly ConversationId[], string[]]>([
  ['hidden entries and leaves need no read', [...hidden, ...left], THREE],
  ['earlier stints need one', returned, [...THREE, 'stints']],
  ['more hidden entries than a row names need one', buried, [...THREE, 'hidden entries']],
  ['and all of it together one each', all, [...THREE, 'stints', 'hidden entries']],
])('%s, whatever the number of conversations', async (_name, ids, expected) => {
  expect(await statementsOf(() => caughtUp(ids.slice(0, 1)))).toEqual(
    ids === all ? [...THREE, 'stints'] : expected,
  );
  expect(await statementsOf(() => caughtUp(ids))).toEqual(expected);
});

it('a catch-up shows what a pull of each shows', async () => {
  const results = await caughtUp(all);
  expect(results).toHaveLength(all.length);
  const range = { fromSeq: 2, toSeq: 0, limit: 100, backwards: false };
  for (const [index, conversationId] of all.entries()) {
    const pulled = await database.conversations.pull({ ...change, ...range, conversationId });
    expect(results[index], conversationId).toEqual(pulled);
  }
  const seqsOf = (id: ConversationId | undefined) =>
    results[all.indexOf(id ?? direct('x', 'x'))]?.entries.map(({ seq }) => seq);
  expect(seqsOf(returned[7])).toEqual([2, 3, 7, 8, 9]);
  expect(seqsOf(hidden[7])).toEqual([3, 4, 6, 7, 8]);
  expect(seqsOf(buried[1])).toEqual([2, 3, ...Array.from({ length: 15 }, (_, n) => n + 6)]);
  expect(seqsOf(left[7])).toEqual([2, 3, 4]);
});

it.each<[string, string, (string | number)[]]>([
  ['stints', stintsSql(3), [app, 'me', ...returned.slice(0, 3)]],
  ['hidden entries', hiddenSql(2), [app, 'me', ...buried.flatMap((id) => [id, 2, 9])]],
])('%s are read by keys', async (_name, sql, values) => {
  const plan = await rig.rows<{ type: string; key: string | null; Extra: string | null }>(
    `EXPLAIN FORMAT=TRADITIONAL ${sql}`,
    values,
  );
  expect(plan).toMatchObject([{ type: 'range', key: 'PRIMARY' }]);
  expect(plan[0]?.Extra ?? '').not.toMatch(/filesort|temporary|join buffer/);
});
