import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { addUsers, app, direct, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let holder: Connection;

beforeAll(async () => {
  rig = await StoreRig.start();
  holder = await StoreRig.root(rig.created.rootUrl);
});
afterAll(async () => {
  holder.destroy();
  await rig.stop();
});

const chat = direct('ann', 'bob');

async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const [rows] = await holder.query<RowDataPacket[]>(
      "SELECT 1 FROM information_schema.processlist WHERE state LIKE 'Waiting for table%' AND db = ?",
      [rig.created.name],
    );
    if (rows.length > 0) return;
  }
}

it('somebody who leaves while a pull is under way is shown nothing from after the leave', async () => {
  const database = rig.open();
  await addUsers(database, 'ann', 'bob');
  await database.conversations.ensureDirect([{ appId: app, conversationId: chat }]);
  for (let seq = 1; seq <= 4; seq += 1) {
    await rig.rows(
      "INSERT INTO entries (app_id, conversation_id, seq, ordinal, sender, kind, created_ms, content) VALUES (?, ?, ?, ?, 'ann', 'text', 1, '')",
      [app, chat, seq, seq],
    );
  }
  await rig.rows('UPDATE conversations SET last_seq = 4, last_ordinal = 4 WHERE app_id = ?', [app]);
  const input = { appId: app, userId: user('bob'), conversationId: chat };
  // The read of entries waits here, and with it whatever comes after it.
  await holder.query('LOCK TABLES entries WRITE');
  const pulled = database.conversations.pull({
    ...input,
    fromSeq: 1,
    toSeq: 0,
    limit: 10,
    backwards: false,
  });
  await waitUntilBlocked();
  await rig.rows(
    "UPDATE members SET left_seq = 3, left_ordinal = 3 WHERE app_id = ? AND user_id = 'bob'",
    [app],
  );
  await holder.query('UNLOCK TABLES');
  const seqs = (await pulled)?.entries.map(({ seq }) => seq);
  expect(seqs).toEqual([1, 2, 3]);
});
