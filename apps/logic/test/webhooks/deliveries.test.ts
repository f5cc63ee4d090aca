import { MessageServiceDefinition as Messages } from '@queqiao/protocol/client';
import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { parseAppId } from '@queqiao/domain';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../rig/api-rig.js';
import { signatureOf } from './test-receiver.js';
import { statusOf, WebhookRig } from './webhook-rig.js';

let hooks: WebhookRig;
beforeAll(async () => {
  hooks = await WebhookRig.start(2);
});
afterAll(() => hooks.stop());

/** Everything has been dealt with. */
async function upToDate(call: Parameters<typeof statusOf>[0], webhookId: string): Promise<void> {
  await eventually('a webhook is up to date', async () => {
    if ((await hooks.query('SELECT 1 FROM event_outbox')).length > 0) return false;
    const { pendingCommits, waitingConversations } = await statusOf(call, webhookId);
    return pendingCommits === 0 && waitingConversations === 0;
  });
}

describe('a webhook', () => {
  it('gets what happens from its making on, signed, each conversation in order', async () => {
    const { app, receiver, call, webhookId, secret } = await hooks.hooked();
    const said: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const chats = ['d:ann:bob', 'd:cid:dan'].map((chat) => hooks.say(app, chat, `${n}`, n % 2));
      said.push(...(await Promise.all(chats)));
    }
    await receiver.until(said.length);
    await upToDate(call, webhookId);
    expect([...receiver.names].sort()).toEqual([...said].sort());
    for (const chat of ['d:ann:bob', 'd:cid:dan']) {
      expect(receiver.of(chat)).toEqual(said.filter((name) => name.startsWith(chat)));
    }
    for (const arrival of receiver.arrivals) {
      expect(arrival.signatures).toEqual([signatureOf(arrival, secret)]);
      expect(Math.abs(arrival.timestamp - Date.now() / 1_000)).toBeLessThan(60);
    }
    expect(new Set(receiver.arrivals.map(({ id }) => id)).size).toBe(said.length);
  });

  it('gets them in the proto3 JSON mapping, zeros included', async () => {
    const { app, receiver } = await hooks.hooked();
    await hooks.say(app, 'd:ann:bob', 'hello');
    const [arrival] = await receiver.until(1);
    expect(arrival?.event).toMatchObject({
      appId: app.appId,
      eventId: arrival?.id,
      type: 'text',
      createdMs: expect.stringMatching(/^\d{13}$/),
      logEpoch: '1',
      entry: {
        conversationId: 'd:ann:bob',
        seq: '1',
        revision: '0',
        sender: { kind: 'KIND_USER', id: 'ann' },
        content: { text: { text: 'hello' } },
      },
    });
  });

  it('gets the types that it wants and no others, in order', async () => {
    const { app, receiver, call, webhookId } = await hooks.hooked(['recall']);
    await hooks.say(app, 'd:ann:bob', 'first');
    const user = await hooks.rig.calls(app, 'ann');
    const target = { conversationId: 'd:ann:bob', targetSeq: 1, clientMsgId: newId() };
    await user(Messages, 'recall', target);
    await hooks.say(app, 'd:ann:bob', 'second');
    await upToDate(call, webhookId);
    expect(receiver.arrivals.map(({ name, type }) => [name, type])).toEqual([
      ['d:ann:bob 2', 'recall'],
    ]);
    const types = { types: [] };
    await call(Webhooks, 'updateWebhook', { clientRequestId: newId(), webhookId, types });
    await eventually('every type', async () => {
      await hooks.say(app, 'd:ann:bob');
      return receiver.arrivals.at(-1)?.type === 'text';
    });
  });

  it('is told nothing of what was taken back before it was sent', async () => {
    const { app, receiver } = await hooks.hooked();
    receiver.answer = ({ type }) => (type === 'text' ? 500 : 204);
    await hooks.say(app, 'd:ann:bob', 'my password');
    await receiver.until(1);
    const user = await hooks.rig.calls(app, 'ann');
    const target = { conversationId: 'd:ann:bob', targetSeq: 1, clientMsgId: newId() };
    await user(Messages, 'recall', target);
    const before = receiver.arrivals.length;
    await eventually('another attempt', () => receiver.arrivals.length > before + 1);
    const last = receiver.arrivals.at(-1);
    expect(last).toMatchObject({ name: 'd:ann:bob 1', id: receiver.arrivals[0]?.id });
    expect(last?.raw).not.toContain('my password');
  });
});

describe('what is refused', () => {
  it('comes again under its name, signed anew, and holds up its conversation alone', async () => {
    const { app, receiver, call, webhookId, secret } = await hooks.hooked();
    let refusing = true;
    receiver.answer = ({ name }) => (refusing && name.startsWith('d:ann:bob ') ? 503 : 204);
    const ours = [await hooks.say(app, 'd:ann:bob'), await hooks.say(app, 'd:ann:bob', 'x', 1)];
    const others = [await hooks.say(app, 'd:cid:dan'), await hooks.say(app, 'd:cid:dan')];
    await eventually('the others', () => receiver.of('d:cid:dan').length === 2);
    expect(receiver.of('d:cid:dan')).toEqual(others);
    await eventually('attempts', () => receiver.of('d:ann:bob').length >= 3);
    expect(new Set(receiver.of('d:ann:bob'))).toEqual(new Set([ours[0]]));
    await eventually('the error is seen', async () => {
      const status = await statusOf(call, webhookId);
      return status.lastError === 'status 503' && status.waitingConversations === 1;
    });
    refusing = false;
    await upToDate(call, webhookId);
    const first = receiver.arrivals.filter(({ name }) => name === ours[0]);
    expect(new Set(first.map(({ id }) => id)).size).toBe(1);
    for (const arrival of receiver.arrivals) {
      expect(arrival.signatures).toEqual([signatureOf(arrival, secret)]);
    }
    expect(receiver.of('d:ann:bob').slice(-2)).toEqual(ours);
  });

  it.each([
    [
      'a redirect',
      (port: number) => ({
        status: 302,
        headers: { location: `http://127.0.0.1:${port}/elsewhere` },
      }),
    ],
    ['an error with a body without end', () => ({ status: 500, headers: {}, endless: true })],
  ])(
    'includes what is answered with %s, which is not followed or read',
    async (_what, answerOf) => {
      const { app, receiver, call, webhookId } = await hooks.hooked();
      const answer = answerOf(receiver.port) as {
        status: number;
        headers: Record<string, string>;
        endless?: boolean;
      };
      let refused = 0;
      receiver.answer = () => {
        if (refused >= 2) return 204;
        refused += 1;
        return (response) => {
          response.writeHead(answer.status, answer.headers);
          if (answer.endless !== true) return void response.end();
          const more = (): void => {
            if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more));
          };
          more();
        };
      };
      const said = [await hooks.say(app, 'd:ann:bob'), await hooks.say(app, 'd:ann:bob')];
      await upToDate(call, webhookId);
      expect(receiver.names).toEqual([said[0], said[0], ...said]);
      expect((await statusOf(call, webhookId)).lastError).toBe(`status ${answer.status}`);
    },
  );
});

it('an event that cannot be read holds up its conversation alone', async () => {
  const { app, receiver, call, webhookId } = await hooks.hooked();
  receiver.answer = () => 500;
  await hooks.say(app, 'd:ann:bob');
  await receiver.until(1);
  const chat = `app_id = '${app.appId}' AND conversation_id = 'd:ann:bob'`;
  await hooks.query(`UPDATE entries SET content = X'FF' WHERE ${chat}`);
  await eventually('it is told', async () => {
    return (await statusOf(call, webhookId)).lastError === 'encoding';
  });
  receiver.answer = () => 204;
  const said = await hooks.say(app, 'd:cid:dan');
  await eventually('the other one', () => receiver.names.includes(said));
  expect((await statusOf(call, webhookId)).waitingConversations).toBe(1);
});

it('a receiver that never answers holds up no webhook of another app', async () => {
  const [slow, quick] = [await hooks.hooked(), await hooks.hooked()];
  slow.receiver.answer = () => 'never';
  const chats = Array.from({ length: 20 }, (_, n) => `d:u${n}:v${n}`);
  const users = chats.flatMap((_, n) => [`u${n}`, `v${n}`]);
  for (const { app } of [slow, quick]) {
    await hooks.rig.backEnd(`Bearer ${app.credential}`).upsert(...users);
  }
  const toSlow = Promise.all(chats.map((chat) => hooks.say(slow.app, chat)));
  await slow.receiver.until(16);
  const said = await Promise.all(chats.map((chat) => hooks.say(quick.app, chat)));
  await quick.receiver.until(said.length);
  // All that it got came while nothing of the other was answered.
  expect((await statusOf(slow.call, slow.webhookId)).lastSuccessMs).toBe(0);
  expect([...quick.receiver.names].sort()).toEqual([...said].sort());
  expect(slow.receiver.arrivals).toHaveLength(16);
  await toSlow;
});

it('a receiver that says that it is gone is sent nothing more, and misses nothing once it is turned on again', async () => {
  const { app, receiver, call, webhookId } = await hooks.hooked();
  receiver.answer = () => 410;
  const said = [await hooks.say(app, 'd:ann:bob')];
  const webhook = () => call(Webhooks, 'getWebhook', { webhookId }).then((got) => got.webhook);
  await eventually('it is off', async () => (await webhook())?.enabled === false);
  expect(await webhook()).toMatchObject({ disabledReason: 'gone' });
  said.push(await hooks.say(app, 'd:ann:bob'));
  receiver.answer = () => 204;
  const before = receiver.arrivals.length;
  await call(Webhooks, 'updateWebhook', { clientRequestId: newId(), webhookId, enabled: true });
  await upToDate(call, webhookId);
  expect(receiver.names.slice(before)).toEqual(said);
  expect(await webhook()).toMatchObject({ enabled: true, disabledReason: '' });
});

it('nothing is sent while an app is suspended, and everything afterwards', async () => {
  const { app, receiver, call, webhookId } = await hooks.hooked();
  receiver.answer = () => 500;
  const said = await hooks.say(app, 'd:ann:bob');
  await receiver.until(1);
  await hooks.rig.changeApps((apps) => apps.setStatus(parseAppId(app.appId), 'suspended'));
  await eventually('nobody sends', async () => {
    const sql = `SELECT owner FROM webhooks WHERE app_id = '${app.appId}' AND owner = ''`;
    return (await hooks.query(sql)).length === 1;
  });
  const before = receiver.arrivals.length;
  receiver.answer = () => 204;
  await hooks.rig.changeApps((apps) => apps.setStatus(parseAppId(app.appId), 'active'));
  await upToDate(call, webhookId);
  expect(receiver.names.slice(before)).toEqual([said]);
});

it('a webhook that comes too late goes on with what is kept, and says so', async () => {
  const { app, receiver, call, webhookId } = await hooks.hooked();
  const turn = (enabled: boolean) =>
    call(Webhooks, 'updateWebhook', { clientRequestId: newId(), webhookId, enabled });
  await turn(false);
  await eventually('nobody sends', async () => {
    const sql = `SELECT 1 FROM webhooks WHERE app_id = '${app.appId}' AND owner = ''`;
    return (await hooks.query(sql)).length === 1;
  });
  await hooks.say(app, 'd:ann:bob', 'kept no longer');
  await eventually('it has a place', async () => {
    const sql = `SELECT 1 FROM app_events WHERE app_id = '${app.appId}'`;
    return (await hooks.query(sql)).length === 1;
  });
  await hooks.query(`DELETE FROM app_events WHERE app_id = '${app.appId}'`);
  const said = await hooks.say(app, 'd:ann:bob');
  await turn(true);
  await receiver.until(1);
  expect(receiver.names).toEqual([said]);
  await eventually('it is told', async () => (await statusOf(call, webhookId)).missedMs > 0);
});
