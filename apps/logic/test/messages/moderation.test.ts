import {
  Entry_State,
  GroupServiceDefinition as Groups,
  MessageServiceDefinition as Messages,
  Sender_Kind,
  type Entry,
} from '@queqiao/protocol/client';
import {
  GroupServiceDefinition as AppGroups,
  MessageServiceDefinition as AppMessages,
} from '@queqiao/protocol/server';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
let chat: string;
let ann: string;
let bob: string;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { recallWindowMs: 0 });
  backEnd = rig.backEndCalls(app, 1);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  [ann, bob] = [`ann-${newId()}`, `bob-${newId()}`];
  chat = `d:${ann}:${bob}`;
  await rig.backEnd(`Bearer ${app.credential}`).upsert(ann, bob);
});

async function say(who: string, text: string, conversationId = chat): Promise<number> {
  const { seq } = await (await rig.signedIn(app, who)).send(conversationId, newId(), text);
  return seq;
}

function textOf({ content }: Entry): string | undefined {
  return content?.body?.$case === 'text' ? content.body.value.text : content?.body?.$case;
}

const id = () => ({ clientRequestId: newId() });
const recall = (targetSeq: number, more: object = {}) =>
  backEnd(AppMessages, 'recallMessage', { ...id(), conversationId: chat, targetSeq, ...more });
const remove = (targetSeqs: number[], more: object = {}) =>
  backEnd(AppMessages, 'deleteMessages', { ...id(), conversationId: chat, targetSeqs, ...more });

async function listed(request: object): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let pageToken = ''; ;) {
    const page = await backEnd(AppMessages, 'listMessages', {
      conversationId: chat,
      ...request,
      pageToken,
    });
    entries.push(...page.entries);
    if (page.nextPageToken === '') return entries;
    pageToken = page.nextPageToken;
  }
}

describe('a back end', () => {
  it('reads both directions of a chat that it has no part in, page by page, from any place, either way', async () => {
    for (let n = 1; n <= 7; n += 1) await say(n % 2 ? ann : bob, `m${n}`);
    const all = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'];
    expect((await listed({ limit: 3 })).map(textOf)).toEqual(all);
    expect((await listed({ limit: 7 })).map(textOf)).toEqual(all);
    expect((await listed({ fromSeq: 6 })).map(textOf)).toEqual(['m6', 'm7']);
    expect((await listed({ fromSeq: 8 })).map(textOf)).toEqual([]);
    expect((await listed({ newestFirst: true, limit: 3 })).map(textOf)).toEqual([...all].reverse());
    const down = await listed({ newestFirst: true, fromSeq: 2, limit: 1 });
    expect(down.map(textOf)).toEqual(['m2', 'm1']);
    const page = await backEnd(AppMessages, 'listMessages', { conversationId: chat, limit: 2 });
    expect(page.lastSeq).toBe(7);
    const phone = await rig.signedIn(app, bob);
    expect(page.entries).toEqual((await phone.pull({ conversationId: chat, limit: 2 })).entries);
  });

  it('gets pages that end where their bytes do, and misses nothing', async () => {
    const large = 'x'.repeat(7_000);
    const author = await rig.signedIn(app, ann);
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => author.send(chat, `m${n}`, `${n} ${large}`)),
    );
    const first = await backEnd(AppMessages, 'listMessages', { conversationId: chat, limit: 500 });
    expect(first.entries.length).toBeLessThan(160);
    expect(first.nextPageToken).not.toBe('');
    const seqs = (await listed({ limit: 500 })).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
  });

  it('sees what users hid from themselves, and nothing of what was taken back', async () => {
    await say(ann, 'one');
    await say(ann, 'secret');
    await say(ann, 'rude');
    await recall(2);
    await remove([3]);
    const entries = await listed({});
    expect(entries.map(textOf)).toEqual(['one', undefined, undefined, 'recall', 'delete']);
    expect(entries[1]).toMatchObject({ state: Entry_State.RECALLED, sender: { id: ann } });
    expect(entries[2]).toMatchObject({ state: Entry_State.DELETED, sender: { id: ann } });
    const stored = await queryRows(
      rig.database.url,
      `SELECT LENGTH(content) AS n FROM entries WHERE conversation_id = '${chat}' AND seq IN (2, 3)`,
    );
    expect(stored).toEqual([{ n: 0 }, { n: 0 }]);
  });

  it('takes back what its sender cannot any more, as the system, with an entry that devices know', async () => {
    const seq = await say(ann, 'old');
    const sender = await rig.calls(app, ann);
    const late = { conversationId: chat, clientMsgId: newId(), targetSeq: seq };
    const own = sender(Messages, 'recall', late);
    expect(await failureOf(own)).toMatchObject({ code: 'PERMISSION_DENIED' });
    const answer = await recall(seq);
    expect(answer.seq).toBe(2);
    const { entries } = await (await rig.signedIn(app, bob)).pull({ conversationId: chat });
    expect(entries[0]).toMatchObject({ state: Entry_State.RECALLED, content: undefined });
    expect(entries[1]).toMatchObject({
      sender: { kind: Sender_Kind.SYSTEM, id: '' },
      createdMs: answer.createdMs,
      content: { body: { $case: 'recall', value: { targetSeq: seq } } },
    });
  });

  it('is answered as the first time when it repeats a call, through whichever node', async () => {
    await say(ann, 'one');
    await say(bob, 'two');
    const request = { clientRequestId: newId() };
    const first = await remove([1, 2, 1], request);
    expect(await remove([1, 2], request)).toEqual(first);
    const other = rig.backEndCalls(app, 0);
    const again = { ...request, conversationId: chat, targetSeqs: [1, 2] };
    expect(await other(AppMessages, 'deleteMessages', again)).toEqual(first);
    expect(await listed({})).toHaveLength(3);
    expect(await failureOf(remove([1]))).toEqual({ code: 'NOT_FOUND', field: 'target_seqs' });
  });

  it('takes all of them away or none', async () => {
    await say(ann, 'one');
    expect(await failureOf(remove([1, 2]))).toEqual({ code: 'NOT_FOUND', field: 'target_seqs' });
    expect((await listed({})).map(textOf)).toEqual(['one']);
  });

  it('governs a group that has ended, and only messages', async () => {
    const owner = await rig.calls(app, ann);
    const made = await owner(Groups, 'createGroup', { ...id(), name: 'Team', memberIds: [bob] });
    const { conversationId, groupId } = made;
    await say(bob, 'rude', conversationId);
    await backEnd(AppGroups, 'dissolveGroup', { ...id(), groupId });
    expect(await failureOf(recall(1, { conversationId }))).toEqual({
      code: 'NOT_FOUND',
      field: 'target_seq',
    });
    expect((await recall(2, { conversationId })).seq).toBe(4);
  });

  it('learns nothing of a chat in which nothing was said', async () => {
    const NOT_FOUND = { code: 'NOT_FOUND', field: 'conversation_id' };
    expect(await failureOf(listed({}))).toEqual(NOT_FOUND);
    expect(await failureOf(recall(1))).toEqual({ code: 'NOT_FOUND', field: 'target_seq' });
    // The attempt made a head, with nothing in it.
    expect(await failureOf(listed({}))).toEqual(NOT_FOUND);
  });
});
