import { AppServiceDefinition as Apps } from '@queqiao/protocol/admin';
import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { WEBHOOK_MAX_WAITS } from '@queqiao/store-mysql';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import type { Arrival } from './test-receiver.js';
import { lettersOf, statusOf, WebhookRig } from './webhook-rig.js';

type Hooked = Awaited<ReturnType<WebhookRig['hooked']>>;

let hooks: WebhookRig;
beforeAll(async () => {
  hooks = await WebhookRig.start();
});
afterAll(() => hooks.stop());

async function turn({ call, webhookId }: Hooked, enabled: boolean): Promise<void> {
  await call(Webhooks, 'updateWebhook', { clientRequestId: newId(), webhookId, enabled });
}

async function turnOff(hooked: Hooked): Promise<string> {
  await turn(hooked, false);
  const of = `webhook_id = '${hooked.webhookId}'`;
  await nobodySends(of);
  return of;
}

async function nobodySends(of: string): Promise<void> {
  await eventually('nobody sends', async () => {
    return (await hooks.query(`SELECT 1 FROM webhooks WHERE ${of} AND owner = ''`)).length === 1;
  });
}

async function operate(method: 'suspendApp' | 'resumeApp', { app }: Hooked): Promise<void> {
  const request = { clientRequestId: newId(), appId: app.appId };
  await hooks.rig.operatorCalls()(Apps, method, request);
}

/** Lets a day pass for whatever waits: whoever sends reads it anew. */
async function aDayLater(hooked: Hooked): Promise<void> {
  const of = await turnOff(hooked);
  const sql = `UPDATE webhook_waits SET first_attempt_ms = first_attempt_ms - 86400000, due_ms = 0 WHERE ${of}`;
  await hooks.query(sql);
  // Not as a back end does it, from which on there is a day again.
  await hooks.query(`UPDATE webhooks SET enabled = 1, revision = revision + 1 WHERE ${of}`);
}

/** A webhook with one dead letter of each conversation, and what was said. */
async function withLetters(chats: readonly string[], each = 1) {
  const hooked = await hooks.hooked();
  const { app, receiver, call, webhookId } = hooked;
  const said: string[] = [];
  receiver.answer = ({ name }: Arrival) => (said.includes(name) ? 500 : 204);
  for (let n = 0; n < each; n += 1) {
    for (const chat of chats) {
      const [, seqs] = [chat, said.filter((name) => name.startsWith(`${chat} `)).length];
      said.push(`${chat} ${seqs + 1}`);
      await hooks.say(app, chat);
    }
  }
  for (let n = 1; n <= each; n += 1) {
    await eventually('they wait', async () => {
      const { waitingConversations, pendingCommits } = await statusOf(call, webhookId);
      const tried = `SELECT 1 FROM webhook_waits WHERE webhook_id = '${webhookId}' AND attempts > 0`;
      const all = (await hooks.query(tried)).length === chats.length;
      return waitingConversations === chats.length && pendingCommits === 0 && all;
    });
    await aDayLater(hooked);
    await eventually('they are given up on', async () => {
      return (await lettersOf(call, webhookId)).length === n * chats.length;
    });
  }
  return { ...hooked, said };
}

describe.concurrent('an event that is refused for a day', () => {
  it('is a dead letter, and what follows it goes on', async () => {
    const { app, receiver, call, webhookId, said } = await withLetters(['d:ann:bob']);
    const next = await hooks.say(app, 'd:ann:bob');
    await eventually('the next one', () => receiver.names.includes(next));
    const [letter] = await lettersOf(call, webhookId);
    const first = receiver.arrivals.find(({ name }) => name === said[0]);
    expect(letter).toMatchObject({
      eventId: first?.id,
      conversationId: 'd:ann:bob',
      seq: 1,
      lastError: 'status 500',
    });
    expect(letter?.attempts).toBe(receiver.names.filter((name) => name === said[0]).length);
    expect(await statusOf(call, webhookId)).toMatchObject({ deadLetters: 1 });
  });

  it('is none because the webhook was off for that day', async () => {
    const hooked = await hooks.hooked();
    const { app, receiver, call, webhookId } = hooked;
    receiver.answer = () => 500;
    const said = await hooks.say(app, 'd:ann:bob');
    await receiver.until(1);
    await eventually('it waits', async () => {
      return (await statusOf(call, webhookId)).waitingConversations === 1;
    });
    const of = await turnOff(hooked);
    await hooks.query(
      `UPDATE webhook_waits SET first_attempt_ms = first_attempt_ms - 86400000 WHERE ${of}`,
    );
    const before = receiver.arrivals.length;
    await turn(hooked, true);
    await receiver.until(before + 2);
    receiver.answer = () => 204;
    await eventually('nothing waits', async () => {
      return (await statusOf(call, webhookId)).waitingConversations === 0;
    });
    expect(await lettersOf(call, webhookId)).toEqual([]);
    expect(receiver.names.at(-1)).toBe(said);
  });

  it('is none because the app was suspended for that day', async () => {
    const hooked = await hooks.hooked();
    const { app, receiver, call, webhookId } = hooked;
    receiver.answer = () => 500;
    const said = await hooks.say(app, 'd:ann:bob');
    await receiver.until(1);
    await eventually('it waits', async () => {
      return (await statusOf(call, webhookId)).waitingConversations === 1;
    });
    await operate('suspendApp', hooked);
    const of = `webhook_id = '${webhookId}'`;
    await nobodySends(of);
    await hooks.query(
      `UPDATE webhook_waits SET first_attempt_ms = first_attempt_ms - 86400000 WHERE ${of}`,
    );
    const before = receiver.arrivals.length;
    await operate('resumeApp', hooked);
    await receiver.until(before + 2);
    receiver.answer = () => 204;
    await eventually('nothing waits', async () => {
      return (await hooks.query(`SELECT 1 FROM webhook_waits WHERE ${of}`)).length === 0;
    });
    expect(await hooks.query(`SELECT 1 FROM webhook_dead_letters WHERE ${of}`)).toEqual([]);
    expect(receiver.names.at(-1)).toBe(said);
  });

  it('is listed with the others, page by page, those given up on last first', async () => {
    const { call, webhookId } = await withLetters(['d:ann:bob', 'd:cid:dan'], 2);
    const all = await lettersOf(call, webhookId);
    const paged = [];
    for (let pageToken = ''; ;) {
      const page = await call(Webhooks, 'listDeadLetters', { webhookId, pageToken, limit: 1 });
      paged.push(...page.deadLetters);
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(paged).toEqual(all);
    expect(all.map(({ seq }) => seq)).toEqual([2, 2, 1, 1]);
  });
});

describe.concurrent('dead letters that are sent again', () => {
  const replay = ({ call, webhookId }: Hooked, more: { eventIds?: string[]; fromMs?: number }) =>
    call(Webhooks, 'replayDeadLetters', { clientRequestId: newId(), webhookId, ...more });

  it('go under their names, in order, and are dead letters no more', async () => {
    const hooked = await withLetters(['d:ann:bob'], 3);
    const { receiver, call, webhookId, said } = hooked;
    const letters = await lettersOf(call, webhookId);
    receiver.answer = () => 204;
    const before = receiver.arrivals.length;
    expect(await replay(hooked, {})).toEqual({ replayed: 3, more: false });
    expect(await lettersOf(call, webhookId)).toEqual([]);
    await receiver.until(before + 3);
    expect(receiver.names.slice(before)).toEqual(said);
    const ids = receiver.arrivals.slice(before).map(({ id }) => id);
    expect([...ids].sort()).toEqual(letters.map(({ eventId }) => eventId).sort());
    await eventually('nothing waits', async () => {
      return (await statusOf(call, webhookId)).waitingConversations === 0;
    });
  });

  it('are those that are named, or those since a time', async () => {
    const hooked = await withLetters(['d:ann:bob', 'd:cid:dan'], 2);
    const { receiver, call, webhookId } = hooked;
    receiver.answer = () => 204;
    const [newest, , , oldest] = await lettersOf(call, webhookId);
    const named = { eventIds: [oldest?.eventId ?? '', 'evt_nosuch'] };
    expect(await replay(hooked, named)).toEqual({ replayed: 1, more: false });
    const since = { fromMs: newest?.diedMs ?? 0 };
    const { replayed } = await replay(hooked, since);
    expect(replayed).toBeGreaterThan(0);
    const left = await lettersOf(call, webhookId);
    expect(left).toHaveLength(3 - replayed);
    expect(left.every(({ diedMs }) => diedMs < since.fromMs)).toBe(true);
  });

  it('are the oldest ones when there is room for some only, named or not', async () => {
    const hooked = await withLetters(['d:ann:bob'], 3);
    const { app, receiver, call, webhookId, said } = hooked;
    const of = `webhook_id = '${webhookId}'`;
    // The other way round than they were given up on.
    await hooks.query(
      `UPDATE webhook_dead_letters SET event_id = CONCAT('evt_', 9 - seq) WHERE ${of}`,
    );
    const letters = () => lettersOf(call, webhookId);
    const eventIds = (await letters()).map(({ eventId }) => eventId);
    expect(eventIds).toEqual(['evt_6', 'evt_7', 'evt_8']);
    const others = Array.from({ length: WEBHOOK_MAX_WAITS - 1 }, (_, n) => {
      return `('${app.appId}', '${webhookId}', 'd:other:u${n}', 1, 1, 1, 0, 0, UNIX_TIMESTAMP() * 1000 + 3600000, '', '')`;
    });
    await hooks.query(`INSERT INTO webhook_waits VALUES ${others.join()}`);
    receiver.answer = () => 204;
    const before = receiver.arrivals.length;
    for (const [n, which] of [{ eventIds }, {}, {}].entries()) {
      expect(await replay(hooked, which)).toEqual({ replayed: 1, more: n < 2 });
      await eventually('it was sent', async () => {
        return (await statusOf(call, webhookId)).waitingConversations === others.length;
      });
    }
    expect(receiver.names.slice(before)).toEqual(said);
  });

  it('have a day again, and are dead letters afterwards', async () => {
    const hooked = await withLetters(['d:ann:bob']);
    const { receiver, call, webhookId } = hooked;
    const [letter] = await lettersOf(call, webhookId);
    const before = receiver.arrivals.length;
    await replay(hooked, { eventIds: [letter?.eventId ?? ''] });
    await receiver.until(before + 2);
    expect(await lettersOf(call, webhookId)).toEqual([]);
    await aDayLater(hooked);
    await eventually('it is given up on', async () => {
      return (await lettersOf(call, webhookId)).length === 1;
    });
  });

  it('are not sent twice by a call that is repeated', async () => {
    const { call, webhookId } = await withLetters(['d:ann:bob']);
    const request = { clientRequestId: newId(), webhookId };
    const first = await call(Webhooks, 'replayDeadLetters', request);
    expect(await call(Webhooks, 'replayDeadLetters', request)).toEqual(first);
    const update = call(Webhooks, 'updateWebhook', request);
    expect(await failureOf(update)).toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});

it.concurrent('with a webhook its dead letters go, and whatever waits', async () => {
  const { call, webhookId } = await withLetters(['d:ann:bob', 'd:cid:dan']);
  await call(Webhooks, 'deleteWebhook', { clientRequestId: newId(), webhookId });
  const notFound = { code: 'NOT_FOUND', field: 'webhook_id' };
  expect(await failureOf(lettersOf(call, webhookId))).toEqual(notFound);
  await eventually('nothing is left', async () => {
    const tables = ['webhooks', 'webhook_waits', 'webhook_dead_letters'];
    const rows = tables.map((table) =>
      hooks.query(`SELECT 1 FROM ${table} WHERE webhook_id = '${webhookId}'`),
    );
    return (await Promise.all(rows)).flat().length === 0;
  });
});

it.concurrent('dead letters are kept for thirty days', async () => {
  const { call, webhookId } = await withLetters(['d:ann:bob', 'd:cid:dan']);
  const [one] = await lettersOf(call, webhookId);
  const older = `UPDATE webhook_dead_letters SET died_ms = died_ms - 2592000001`;
  await hooks.query(`${older} WHERE event_id = '${one?.eventId}'`);
  await hooks.rig.withStores(({ webhooks }) => webhooks.prune(100));
  expect(await lettersOf(call, webhookId)).toHaveLength(1);
});

it('nodes that have said nothing for a day are forgotten', async () => {
  const now = 'CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)';
  const nodes = `('old', 'b', ${now} - 86500000), ('late', 'b', ${now} - 86300000)`;
  await hooks.query(`INSERT INTO webhook_nodes VALUES ${nodes}`);
  await hooks.rig.withStores(({ webhooks }) => webhooks.prune(100));
  const left = await hooks.query('SELECT node_id FROM webhook_nodes ORDER BY node_id');
  expect(left.map((row) => row['node_id'])).toEqual(['late', 'logic-1']);
});
