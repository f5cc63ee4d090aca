import { MessageServiceDefinition as Messages } from '@queqiao/protocol/client';
import { eventually } from '@queqiao/testkit';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WEBHOOK_MAX_REQUESTS } from '../../src/webhook/limits.js';
import { newId } from '../rig/api-rig.js';
import { metricOf, statusOf, WebhookRig } from './webhook-rig.js';

type Hooked = Awaited<ReturnType<WebhookRig['hooked']>>;

let hooks: WebhookRig;
beforeAll(async () => {
  hooks = await WebhookRig.start();
});
afterAll(() => hooks.stop());

const metric = (name: string) => metricOf(hooks, name);

async function recall({ app }: Hooked, conversationId: string, targetSeq: number): Promise<void> {
  const [, sender = ''] = conversationId.split(':');
  const user = await hooks.rig.calls(app, sender);
  await user(Messages, 'recall', { conversationId, targetSeq, clientMsgId: newId() });
}

async function upToDate({ call, webhookId }: Hooked): Promise<void> {
  await eventually('a webhook is up to date', async () => {
    if ((await hooks.query('SELECT 1 FROM event_outbox')).length > 0) return false;
    const { pendingCommits, waitingConversations } = await statusOf(call, webhookId);
    return pendingCommits === 0 && waitingConversations === 0;
  });
}

describe('what is taken back while it waits', () => {
  it('for a receiver that is away, is sent as it is when that one is back, and held by nobody until then', async () => {
    const hooked = await hooks.hooked();
    const { app, receiver } = hooked;
    const chats = Array.from({ length: 30 }, (_, n) => `d:u${n}:v${n}`);
    const users = chats.flatMap((_, n) => [`u${n}`, `v${n}`]);
    await hooks.rig.backEnd(`Bearer ${app.credential}`).upsert(...users);
    const requests: ServerResponse[] = [];
    receiver.answer = () => (response) => void requests.push(response);
    await Promise.all(chats.map((chat) => hooks.say(app, chat, `the secret of ${chat}`)));
    await eventually('requests', () => requests.length === WEBHOOK_MAX_REQUESTS);
    await eventually('the others are read ahead', async () => {
      if ((await hooks.query('SELECT 1 FROM event_outbox')).length > 0) return false;
      return (await metric('queqiao_webhook_buffered_bytes')) > 0;
    });
    // The last one in order: requests that ask whether it is back have others first.
    const [last] = await hooks.query('SELECT * FROM app_events ORDER BY position DESC LIMIT 1');
    const untried = String(last?.['conversation_id']);
    receiver.answer = () => 500;
    for (const response of requests) response.writeHead(500).end();
    await eventually('it is away', async () => (await metric('queqiao_webhook_away')) === 1);
    expect(receiver.of(untried)).toEqual([]);
    await recall(hooked, untried, 1);
    await eventually('nothing is held', async () => {
      return (await metric('queqiao_webhook_buffered_bytes')) === 0;
    });
    expect(receiver.of(untried)).toEqual([]);
    receiver.answer = () => 204;
    await upToDate(hooked);
    expect(receiver.of(untried)).toEqual([`${untried} 1`, `${untried} 2`]);
    const [first, second] = receiver.arrivals.filter(({ name }) => name.startsWith(untried));
    expect(first?.event).toMatchObject({ type: 'text', entry: { state: 'STATE_RECALLED' } });
    expect(first?.raw).not.toContain('secret');
    expect(second?.type).toBe('recall');
    const others = receiver.arrivals.filter(({ name }) => !name.startsWith(untried));
    for (const { name, raw } of others)
      expect(raw).toContain(`the secret of ${name.split(' ')[0]}`);
    expect(await metric('queqiao_webhook_rereads_total')).toBeGreaterThan(0);
  });

  it('behind an event that was refused, is sent as it is', async () => {
    const hooked = await hooks.hooked();
    const { app, receiver, call, webhookId } = hooked;
    receiver.answer = () => 500;
    const chat = 'd:ann:bob';
    for (const text of ['one', 'two', 'my password']) await hooks.say(app, chat, text);
    await eventually('they wait', async () => {
      const { waitingConversations, pendingCommits } = await statusOf(call, webhookId);
      return waitingConversations === 1 && pendingCommits === 0;
    });
    const held: ServerResponse[] = [];
    receiver.answer = ({ name }) => {
      return name === `${chat} 2` ? (response) => void held.push(response) : 204;
    };
    await eventually('the second one is under way', () => held.length > 0);
    await recall(hooked, chat, 3);
    receiver.answer = () => 204;
    held[0]?.writeHead(204).end();
    await upToDate(hooked);
    const last = receiver.arrivals.filter(({ name }) => name === `${chat} 3`);
    expect(last).toHaveLength(1);
    expect(last[0]?.event).toMatchObject({ type: 'text', entry: { state: 'STATE_RECALLED' } });
    expect(last[0]?.raw).not.toContain('my password');
  });
});

it('a conversation that waits with much that is not wanted goes on with what is', async () => {
  const hooked = await hooks.hooked(['recall']);
  const { app, receiver, call, webhookId } = hooked;
  receiver.answer = () => 500;
  const chat = 'd:ann:bob';
  await hooks.say(app, chat);
  await recall(hooked, chat, 1);
  await eventually('it waits', async () => {
    return (await statusOf(call, webhookId)).waitingConversations === 1;
  });
  for (let n = 0; n < 10; n += 1) await hooks.say(app, chat);
  await recall(hooked, chat, 3);
  receiver.answer = () => 204;
  await upToDate(hooked);
  const refused = receiver.names.indexOf(`${chat} 13`);
  expect(new Set(receiver.names.slice(0, refused))).toEqual(new Set([`${chat} 2`]));
  expect(receiver.names.slice(refused)).toEqual([`${chat} 13`]);
});
