import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Follower } from '../events/event-rig.js';
import { newId } from '../rig/api-rig.js';
import { lettersOf, statusOf, WebhookRig } from './webhook-rig.js';

const CHAT = 'd:ann:bob';

let hooks: WebhookRig;
beforeAll(async () => {
  hooks = await WebhookRig.start(2);
});
afterAll(() => hooks.stop());

/** The database as it was before the second event, under another log epoch. */
async function restore({ appId }: TestApp): Promise<void> {
  const of = `app_id = '${appId}'`;
  const chat = `${of} AND conversation_id = '${CHAT}'`;
  await hooks.query(`DELETE FROM entries WHERE ${chat} AND seq = 2`);
  await hooks.query(
    `UPDATE conversations SET last_seq = 1, last_ordinal = 1, shown_seq = 1 WHERE ${chat}`,
  );
  await hooks.query(`DELETE FROM app_events WHERE ${of} AND position = 2`);
  await hooks.query(`UPDATE app_event_heads SET last_position = 1 WHERE ${of}`);
  await hooks.query(`UPDATE webhooks SET position = 1 WHERE ${of}`);
  await hooks.query('UPDATE log_epoch SET log_epoch = log_epoch + 1');
}

it('after a restore what has the place of a lost event comes under another id, and an open stream ends', async () => {
  const { app, receiver, call, webhookId } = await hooks.hooked();
  // Of an app that has lost nothing: its place is as good as before, and its cursors are not.
  const other = await hooks.hooked();
  const follower = await Follower.begin(hooks.rig, other.app);
  for (const count of [1, 2]) {
    await hooks.say(app, CHAT);
    await receiver.until(count);
    await eventually('its place is written', async () => {
      return (await statusOf(call, webhookId)).pendingCommits === 0;
    });
  }
  await restore(app);
  expect(await follower.ended()).toMatchObject({ code: 'CURSOR_EXPIRED', field: 'cursor' });
  follower.close();
  expect(await hooks.say(app, CHAT)).toBe(`${CHAT} 2`);
  const [, lost, instead] = await receiver.until(3);
  expect(instead?.name).toBe(lost?.name);
  expect(instead?.id).not.toBe(lost?.id);
  const epochs = receiver.arrivals.map(({ event }) => Number(event.logEpoch));
  expect(epochs).toEqual([epochs[0], epochs[0], Number(epochs[0]) + 1]);
});

it('a dead letter from before a restore goes under the id that it had', async () => {
  const { app, receiver, call, webhookId } = await hooks.hooked();
  receiver.answer = () => 500;
  await hooks.say(app, CHAT);
  const [before] = await receiver.until(1);
  const of = `webhook_id = '${webhookId}'`;
  await eventually('it waits', async () => {
    return (await hooks.query(`SELECT 1 FROM webhook_waits WHERE ${of}`)).length === 1;
  });
  await giveUp(of);
  await eventually('it is given up on', async () => {
    return (await lettersOf(call, webhookId)).length === 1;
  });
  await hooks.query('UPDATE log_epoch SET log_epoch = log_epoch + 1');
  receiver.answer = () => 204;
  const attempts = receiver.arrivals.length;
  const [letter] = await lettersOf(call, webhookId);
  const replay = { clientRequestId: newId(), webhookId, eventIds: [letter?.eventId ?? ''] };
  await call(Webhooks, 'replayDeadLetters', replay);
  const again = (await receiver.until(attempts + 1)).at(attempts);
  expect(again).toMatchObject({ name: before?.name, id: before?.id });
  expect(again?.event.eventId).toBe(before?.id);
  expect(Number(again?.event.logEpoch)).toBe(Number(before?.event.logEpoch) + 1);
});

/** With the next attempt: whoever sends reads it anew. */
async function giveUp(of: string): Promise<void> {
  const turn = (set: string) =>
    hooks.query(`UPDATE webhooks SET ${set}, revision = revision + 1 WHERE ${of}`);
  await turn('enabled = 0');
  await eventually('nobody sends', async () => {
    return (await hooks.query(`SELECT 1 FROM webhooks WHERE ${of} AND owner = ''`)).length === 1;
  });
  await hooks.query(
    `UPDATE webhook_waits SET first_attempt_ms = first_attempt_ms - 86400000, due_ms = 0 WHERE ${of}`,
  );
  await turn('enabled = 1');
}
