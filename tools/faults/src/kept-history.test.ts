import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError } from '@queqiao/domain';
import { Content, Entry, Sender_Kind } from '@queqiao/protocol/client';
import { checkHistory, digestOf, History, type HistoryInput } from '@queqiao/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { loadHistory, saveHistory } from './kept-history.js';

const CHAT = 'd:ann:bob';
const dir = mkdtempSync(join(tmpdir(), 'queqiao-kept-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function entry(seq: number, words: string): Entry {
  const content = Content.create({ body: { $case: 'text', value: { text: words } } });
  const sender = { kind: Sender_Kind.USER, id: 'ann' };
  return Entry.create({
    conversationId: CHAT,
    seq,
    ordinal: seq,
    sender,
    clientMsgId: `m${seq}`,
    content,
  });
}

/** With something in every list, and something wrong with most of it. */
async function past(): Promise<HistoryInput> {
  const history = new History();
  const ids = { sender: 'ann', conversationId: CHAT };
  const send = (id: string, work: () => Promise<number>) =>
    history.send({ ...ids, clientMsgId: id, text: id, mentions: ['bob'] }, work).catch(() => 0);
  await send('m1', () => Promise.resolve(1));
  await send('m9', () => Promise.reject(new DomainError('MUTED', 'no')));
  void send('m8', () => new Promise(() => undefined));
  const recall = { kind: 'recall', targetSeq: 1 } as const;
  await history.change({ ...ids, clientMsgId: 'c1', change: recall }, () => Promise.resolve(2));
  const own = { userId: 'bob', conversationId: CHAT };
  await history.changeOwn({ ...own, change: { kind: 'hide', seqs: [1] } }, () => Promise.resolve());
  await history.mark({ ...own, seq: 2 }, () => Promise.resolve());
  await history.membership({ ...own, change: 'leave' }, () => Promise.resolve());
  const phone = history.device('bob/phone', 'bob');
  phone.entry(entry(2, 'two'));
  phone.passed(CHAT, { fromSeq: 3, toSeq: 4 });
  phone.cursor(CHAT, 5);
  phone.state({ conversationId: CHAT, rev: 2, readSeq: 2 });
  phone.state({ conversationId: CHAT, rev: 3, readSeq: 1 });
  history.device('bob/tablet', 'bob').retired = true;
  const tail = { device: 'bob/phone', conversationId: CHAT, reached: 1, lastSeq: 2 };
  history.tails.push({ ...tail, waitedMs: 1, limitMs: 2 });
  history.recoveries.push({ what: 'a fault', tookMs: undefined, limitMs: 5 });
  const settings = { pinned: true, muted: false, hidden: false, markedUnread: false };
  const said = { settings: { ...settings, draft: 'd', remark: '' }, readSeq: 1, mentionedSeq: 1 };
  const shown = new Map([[CHAT, { ...said, messages: [], kept: [] }]]);
  const unread = new Map([[CHAT, undefined]]);
  history.rests.push({ device: 'bob/phone', userId: 'bob', unread, shown });
  history.rests.push({ device: 'bob/pad', userId: 'bob', unread: new Map([[CHAT, 7]]) });
  const member = { readSeq: 1, clearedSeq: 0, mentionedSeq: 0, settings: { draft: 'e' } };
  const stints = [
    { joinedSeq: 0, leftSeq: 1 },
    { joinedSeq: 1, leftSeq: Infinity },
  ];
  return {
    history,
    table: new Map([[CHAT, [entry(1, 'm1'), entry(3, 'three')]]]),
    members: new Map([[CHAT, new Map([['bob', { ...member, stints, hidden: new Set([1]) }]])]]),
    reactions: new Set([`${CHAT}#1 bob 👍`]),
    pins: new Set([`${CHAT}#1`]),
    foreign: new Set([digestOf(entry(3, 'three'))]),
  };
}

describe('a history that was kept', () => {
  it('comes back as it was', async () => {
    const input = await past();
    saveHistory(dir, input, []);
    const loaded = await loadHistory(dir);
    const { history: before, ...against } = input;
    const { history: after, ...loadedAgainst } = loaded;
    expect(loadedAgainst).toEqual(against);
    for (const list of ['sends', 'changes', 'ownChanges', 'marks', 'memberships'] as const) {
      expect(before[list].length).toBeGreaterThan(0);
      expect(after[list]).toEqual(before[list]);
    }
    for (const list of ['logs', 'tails', 'rests', 'recoveries'] as const) {
      expect(before[list].length).toBeGreaterThan(0);
      expect(after[list]).toEqual(before[list]);
    }
  });

  it('is judged as it was', async () => {
    const input = await past();
    const violations = checkHistory(input);
    saveHistory(dir, input, violations);
    expect(new Set(violations.map(({ guarantee }) => guarantee)).size).toBeGreaterThan(8);
    expect(checkHistory(await loadHistory(dir))).toEqual(violations);
  });

  it('cannot be judged when a part of it is missing', async () => {
    saveHistory(dir, await past(), []);
    rmSync(join(dir, 'members.jsonl'));
    await expect(loadHistory(dir)).rejects.toThrow('members.jsonl');
  });
});
