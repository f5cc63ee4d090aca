import { memberView, type ConversationId } from '@queqiao/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/index.js';
import { allow, app, direct, message, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
});
afterAll(() => rig.stop());

function recall(conversationId: ConversationId, from: string, seq: number) {
  return message(conversationId, from, {
    kind: 'recall',
    countable: false,
    shown: false,
    change: { kind: 'recall', targetSeqs: [seq], windowMs: 0 },
  });
}

/** Three messages of the first user, of which the second was taken back. */
async function chat(a: string, b: string) {
  const id = direct(a, b);
  await database.conversations.ensureDirect([{ appId: app, conversationId: id }]);
  const messages = [message(id, a), message(id, a), message(id, a)];
  await database.append.commitBatch(messages, allow);
  await database.append.commitBatch([recall(id, a, 2)], allow);
  return { id, messages };
}

it('a recalled message counts until it is passed, and the ordinals go on', async () => {
  const { id } = await chat('co-a', 'co-b');
  const unread = async () => {
    const found = await database.conversations.member(app, user('co-b'), id);
    return found === null ? -1 : memberView(found.member, found).unread;
  };
  const read = (seq: number) =>
    database.members.advanceRead({
      appId: app,
      userId: user('co-b'),
      conversationId: id,
      seq,
      owner: 'logic-1',
      dispatchDelayMs: 3_000,
    });
  expect(await unread()).toBe(3);
  await read(1);
  expect(await unread()).toBe(2);
  await read(2);
  expect(await unread()).toBe(1);
  await read(4);
  expect(await unread()).toBe(0);
  const { outcomes } = await database.append.commitBatch([message(id, 'co-a')], allow);
  expect(outcomes).toMatchObject([{ seq: 5, ordinal: 4 }]);
  const entries = await database.conversations.entries(app, id, { fromSeq: 1, toSeq: 9 });
  expect(entries.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 3, 4]);
});

it('a recalled message keeps its row and its keys: a late retry of it finds it', async () => {
  const { messages } = await chat('ke-a', 'ke-b');
  const { outcomes } = await database.append.commitBatch(messages.slice(1, 2), allow);
  expect(outcomes).toMatchObject([{ status: 'duplicate', seq: 2, ordinal: 2 }]);
});
