import { Sender, Sender_Kind } from '@queqiao/protocol/client';
import { BroadcastServiceDefinition as Broadcasts } from '@queqiao/protocol/server';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
const sender = Sender.create({ kind: Sender_Kind.BUSINESS, id: 'shop' });

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('shop', 'ann');
});
afterAll(() => rig.stop());

const start = (words: string) =>
  rig.backEndCalls(app)(Broadcasts, 'startBroadcast', {
    clientRequestId: 'monday',
    sender,
    content: contentOf(words),
  });

it('the id of a broadcast that is still there is not taken for another one, when its answer is kept no longer', async () => {
  const { broadcast: first } = await start('to monday');
  await queryRows(rig.database.url, "DELETE FROM requests WHERE app_id = 'demo'");
  const { broadcast: again } = await start('to monday');
  expect(again?.broadcastId).toBe(first?.broadcastId);
  await queryRows(rig.database.url, "DELETE FROM requests WHERE app_id = 'demo'");
  const taken = { code: 'ALREADY_EXISTS', field: 'client_request_id' };
  expect(await failureOf(start('to another monday'))).toEqual(taken);
});
