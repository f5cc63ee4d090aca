import { parseAppId, parseConversationId } from '@queqiao/domain';
import {
  Content,
  GroupServiceDefinition as Groups,
  HistoryPolicy,
  MessageServiceDefinition as Messages,
  Sender_Kind,
  type Entry,
} from '@queqiao/protocol/client';
import {
  ConversationServiceDefinition as AppConversations,
  GroupServiceDefinition as AppGroups,
  ImportedMessage,
  ImportServiceDefinition as Imports,
} from '@queqiao/protocol/server';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { LiveDevices } from '../rig/live-devices.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
let ann: string;
let bob: string;
let cat: string;
let chat: string;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { recallWindowMs: 60_000, events: true });
  backEnd = rig.backEndCalls(app, 1);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  const run = newId();
  [ann, bob, cat] = [`ann-${run}`, `bob-${run}`, `cat-${run}`];
  chat = `d:${ann}:${bob}`;
  await rig.backEnd(`Bearer ${app.credential}`).upsert(ann, bob, cat);
});

const YEAR = 1_262_304_000_000;

function old(from: string, n: number, more: Partial<ImportedMessage> = {}): ImportedMessage {
  return ImportedMessage.create({
    sender: { kind: Sender_Kind.USER, id: from },
    clientMsgId: `old-${n}`,
    createdMs: YEAR + n,
    content: contentOf(`m${n}`),
    ...more,
  });
}

/** One after the other, in turn of the two. */
const talk = (from: number, to: number): ImportedMessage[] =>
  Array.from({ length: to - from + 1 }, (_, at) => old(at % 2 ? bob : ann, from + at));

const bring = (messages: ImportedMessage[], more: object = {}, call = backEnd) =>
  call(Imports, 'importMessages', { conversationId: chat, messages, ...more });

async function pulled(who: string, conversationId = chat): Promise<Entry[]> {
  const { entries } = await (await rig.signedIn(app, who)).pull({ conversationId, limit: 500 });
  return entries;
}

function textOf({ content }: Entry): string | undefined {
  return content?.body?.$case === 'text' ? content.body.value.text : content?.body?.$case;
}

async function listed(who: string) {
  const { conversations } = await (await rig.signedIn(app, who)).sync();
  return conversations;
}

async function team(...memberIds: string[]): Promise<string> {
  const call = await rig.calls(app, ann);
  const request = { clientRequestId: newId(), name: 'Team', memberIds };
  return (await call(Groups, 'createGroup', request)).conversationId;
}

describe('messages of another system', () => {
  it('stand in the log in their order, with their times, for both sides', async () => {
    const { results } = await bring(talk(1, 5));
    expect(results.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    const entries = await pulled(bob);
    expect(entries.map(textOf)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    expect(entries.map(({ createdMs }) => createdMs - YEAR)).toEqual([1, 2, 3, 4, 5]);
    expect(entries.map(({ sender }) => sender?.id)).toEqual([ann, bob, ann, bob, ann]);
    expect(await pulled(ann)).toEqual(entries);
  });

  it('are stored once, however often they come and through whichever node', async () => {
    const first = await bring(talk(1, 3));
    const again = await bring(talk(1, 5), {}, rig.backEndCalls(app, 0));
    expect(again.results.slice(0, 3)).toEqual(
      first.results.map((each) => ({ ...each, alreadyStored: true })),
    );
    expect(again.results.map(({ alreadyStored }) => alreadyStored)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    const both = await Promise.all([
      bring(talk(1, 9)),
      bring(talk(1, 9), {}, rig.backEndCalls(app, 0)),
    ]);
    const places = both.map(({ results }) => results.map(({ seq }) => seq));
    expect(places[0]).toEqual(places[1]);
    expect((await pulled(ann)).map(textOf)).toEqual(talk(1, 9).map((_, at) => `m${at + 1}`));
  });

  it('count as unread for nobody, also behind what is unread', async () => {
    const phone = await rig.signedIn(app, ann);
    await phone.send(chat, 'live', 'live');
    await bring([old(ann, 1), old(ann, 2)]);
    const [seen] = await listed(bob);
    expect(seen).toMatchObject({ lastSeq: 3, lastOrdinal: 1, member: { unread: 1, readSeq: 0 } });
    await phone.send(chat, 'more', 'more');
    expect((await listed(bob))[0]?.member?.unread).toBe(2);
    // Who wrote has read what was there.
    await bring([old(bob, 3)]);
    expect((await listed(bob))[0]?.member).toMatchObject({ unread: 0, readSeq: 5 });
  });

  it('put a conversation where its last message was said', async () => {
    await bring(talk(1, 3));
    await (await rig.signedIn(app, ann)).send(`d:${ann}:${ann}`, 'n', 'note');
    const [first, second] = await listed(ann);
    expect(first?.conversationId).toBe(`d:${ann}:${ann}`);
    expect(second).toMatchObject({ conversationId: chat, activeMs: YEAR + 3 });
    expect(second?.lastEntry?.seq).toBe(3);
    await (await rig.signedIn(app, bob)).send(chat, 'live', 'live');
    const [now] = await listed(ann);
    expect(now?.conversationId).toBe(chat);
    const at = now?.activeMs;
    await bring(talk(4, 5));
    expect((await listed(ann))[0]).toMatchObject({ activeMs: at, lastEntry: { seq: 6 } });
  });

  it('are taken back, edited and told by the times at which they were said', async () => {
    const now = Date.now();
    await bring([old(ann, 1), old(ann, 2, { createdMs: now - 1_000 })]);
    const call = await rig.calls(app, ann);
    const recall = (targetSeq: number) =>
      call(Messages, 'recall', { conversationId: chat, clientMsgId: newId(), targetSeq });
    expect(await failureOf(recall(1))).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect((await recall(2)).seq).toBe(3);
    // Taken back it stays, whatever is imported again.
    await bring([old(ann, 1), old(ann, 2, { createdMs: now - 1_000 })]);
    expect((await pulled(bob)).map(textOf)).toEqual(['m1', undefined, 'recall']);
  });

  it('are those of who left, too, and seen by who is in the group', async () => {
    const conversationId = await team(bob, cat);
    const groupId = conversationId.slice(2);
    const request = () => ({ clientRequestId: newId(), groupId });
    await backEnd(AppGroups, 'removeMembers', { ...request(), userIds: [cat] });
    await bring([old(cat, 1), old(bob, 2)], { conversationId });
    expect((await pulled(bob, conversationId)).map(textOf).slice(-2)).toEqual(['m1', 'm2']);
    expect((await pulled(cat, conversationId)).map(textOf)).not.toContain('m2');
    await backEnd(AppGroups, 'updateGroup', { ...request(), history: HistoryPolicy.ALL });
    await backEnd(AppGroups, 'addMembers', { ...request(), userIds: [cat] });
    expect((await pulled(cat, conversationId)).map(textOf)).toContain('m2');
  });

  it('may answer what an earlier batch stored', async () => {
    await bring([old(ann, 1)]);
    const body = contentOf('yes');
    const reply = (seq: number) => Content.create({ ...body, replyTo: { seq } });
    await bring([old(bob, 2, { content: reply(1) })]);
    const wrong = bring([old(ann, 3), old(ann, 4, { content: reply(9) }), old(ann, 5)]);
    const field = 'messages[1].content.reply_to.seq';
    expect(await failureOf(wrong)).toEqual({ code: 'NOT_FOUND', field });
    // None overtakes the one that was refused.
    expect((await pulled(ann)).map(textOf)).toEqual(['m1', 'yes', 'm3']);
  });

  it('were said before now, by the clock of the database', async () => {
    const wrong = bring([old(ann, 1), old(ann, 2, { createdMs: Date.now() + 60_000 })]);
    const field = 'messages[1].created_ms';
    expect(await failureOf(wrong)).toEqual({ code: 'INVALID_ARGUMENT', field });
    expect((await pulled(ann)).map(textOf)).toEqual(['m1']);
  });

  it('go into no group that has ended', async () => {
    const conversationId = await team(bob);
    const groupId = conversationId.slice(2);
    await backEnd(AppGroups, 'dissolveGroup', { clientRequestId: newId(), groupId });
    const late = bring([old(ann, 1)], { conversationId });
    expect(await failureOf(late)).toEqual({ code: 'DISSOLVED', field: '' });
  });

  it('have no more bytes in a batch than it may have', async () => {
    const large = (n: number) => old(ann, n, { content: contentOf('x'.repeat(8_000)) });
    const batch = Array.from({ length: 126 }, (_, n) => large(n));
    expect(await failureOf(bring(batch))).toEqual({ code: 'LIMIT_EXCEEDED', field: 'messages' });
    expect((await bring(batch.slice(0, 124))).results).toHaveLength(124);
  });

  it('are told by events only if that is asked for', async () => {
    await bring([old(ann, 1)]);
    await bring([old(ann, 2)], { emitEvents: true });
    const rows = `SELECT first_seq FROM app_events WHERE conversation_id = '${chat}'
      UNION ALL SELECT first_seq FROM event_outbox WHERE conversation_id = '${chat}'`;
    expect(await queryRows(rig.database.url, rows)).toEqual([{ first_seq: 2 }]);
  });
});

describe('a device that is online', () => {
  let devices: LiveDevices;
  let session: number;

  beforeEach(async () => {
    devices = await LiveDevices.open(rig.nodes);
    session = await devices.signIn('demo', bob);
  });

  it('is told to pull, and shown nothing', async () => {
    await bring(talk(1, 200));
    await eventually('it is told', () => Promise.resolve(devices.toldToPull(session, chat) === 1));
    await bring(talk(1, 200));
    const conversationId = await team(bob);
    await bring(talk(1, 2), { conversationId });
    await eventually('of the group, too', () =>
      Promise.resolve(devices.toldToPull(session, conversationId) === 1),
    );
    expect(devices.toldToPull(session, chat)).toBe(1);
    expect(devices.pushed(session, chat)).toEqual([]);
    const shown = devices.pushed(session, conversationId).map((body) => body?.$case);
    expect(shown).toEqual(['groupCreated']);
    devices.close();
  });

  it('is told so by another node when the first one dies', async () => {
    await rig.withStores(async ({ append, conversations }) => {
      const key = { appId: parseAppId('demo'), conversationId: parseConversationId(chat) };
      await conversations.ensureDirect([key]);
      const item = {
        ...key,
        sender: { kind: 'user', id: ann },
        clientMsgId: 'old-1',
        kind: 'text',
        content: Content.encode(contentOf('m1')).finish(),
        countable: false,
        createdMs: YEAR,
      } as const;
      const options = { judge: () => null, owner: 'dead', dispatchDelayMs: 0, skipLocked: false };
      await append.commitBatch([item], { ...options, quiet: { events: false } });
    });
    await eventually('it is told', () => Promise.resolve(devices.toldToPull(session, chat) > 0));
    expect(devices.pushed(session, chat)).toEqual([]);
    devices.close();
  });
});

describe('imports and live messages at the same moment, through two nodes', () => {
  it('have one order without gaps, each once', async () => {
    const phones = [await rig.signedIn(app, ann, 0), await rig.signedIn(app, bob, 1)];
    const imports = async () => {
      for (let from = 1; from < 200; from += 20) {
        const call = rig.backEndCalls(app, (from / 20) % 2 < 1 ? 0 : 1);
        await bring(talk(from, from + 19), {}, call);
        await bring(talk(from, from + 19), {}, backEnd);
      }
    };
    const lives = phones.map(async (phone, who) => {
      for (let n = 0; n < 60; n += 1) await phone.send(chat, `live-${n}`, `l${who}-${n}`);
    });
    await Promise.all([imports(), ...lives]);
    const entries = await pulled(ann);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 320 }, (_, n) => n + 1));
    const texts = entries.map(textOf);
    const those = (prefix: string) => texts.filter((each) => each?.startsWith(prefix));
    expect(those('m')).toEqual(Array.from({ length: 200 }, (_, n) => `m${n + 1}`));
    for (const who of [0, 1]) {
      expect(those(`l${who}`)).toEqual(Array.from({ length: 60 }, (_, n) => `l${who}-${n}`));
    }
    let ordinal = 0;
    for (const entry of entries) {
      if (textOf(entry)?.startsWith('l')) ordinal += 1;
      expect(entry.ordinal).toBe(ordinal);
    }
    const { states } = await backEnd(AppConversations, 'listReadStates', { conversationId: chat });
    const unread = new Map(states.map((state) => [state.userId, state.unread]));
    for (const who of [ann, bob]) {
      const [one] = (await listed(who)).filter(({ conversationId }) => conversationId === chat);
      expect(one?.member?.unread).toBe(unread.get(who));
    }
  });
});
