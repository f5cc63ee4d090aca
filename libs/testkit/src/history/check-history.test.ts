import { DomainError } from '@queqiao/domain';
import { Content, Entry, Sender_Kind } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { checkHistory, type HistoryInput } from './check-history.js';
import { History } from './history.js';

const chat = 'd:ann:bob';

function entry(seq: number, changes: Partial<Entry> = {}): Entry {
  return Entry.create({
    conversationId: chat,
    seq,
    ordinal: seq,
    sender: { kind: Sender_Kind.USER, id: 'ann' },
    clientMsgId: `m${seq}`,
    revision: 0,
    createdMs: 1_000 + seq,
    content: Content.create({ body: { $case: 'text', value: { text: `text ${seq}` } } }),
    ...changes,
  });
}

interface Plan {
  stored?: Entry[];
  surfaced?: Entry[];
  members?: string[];
}

/** Ann sent three messages one after another; Bob's device got them. A plan says what is different. */
async function history(plan: Plan = {}): Promise<HistoryInput & { history: History }> {
  const stored = plan.stored ?? [entry(1), entry(2), entry(3)];
  const past = new History();
  for (const seq of [1, 2, 3]) await sent(past, `m${seq}`, seq);
  past.device('bob/phone', 'bob').entries.push(...(plan.surfaced ?? stored));
  const members = new Map([[chat, new Set(plan.members ?? ['ann', 'bob'])]]);
  const table = new Map([[chat, stored]]);
  return { history: past, sends: past.sends, logs: past.logs, table, members };
}

function sent(past: History, clientMsgId: string, seq: number, text = `text ${seq}`) {
  const about = { sender: 'ann', conversationId: chat, clientMsgId, text };
  return past.send(about, () => Promise.resolve(seq));
}

const broken = (input: HistoryInput) => [
  ...new Set(checkHistory(input).map(({ guarantee }) => guarantee)),
];

describe('checkHistory', () => {
  it('finds nothing in a good history, whatever became of unknown sends', async () => {
    const good = await history();
    const about = { sender: 'ann', conversationId: chat, clientMsgId: 'm9', text: 'x' };
    const lost = () => Promise.reject(new DomainError('UNAVAILABLE', 'lost'));
    await expect(good.history.send(about, lost)).rejects.toThrow('lost');
    await sent(good.history, 'm1', 1);
    expect(checkHistory(good)).toEqual([]);
  });

  it('rejects an acknowledged entry that is not stored, or stored differently', async () => {
    expect(broken(await history({ stored: [entry(1), entry(2)] }))).toEqual(['no loss']);
    const content = Content.create({ body: { $case: 'text', value: { text: 'other' } } });
    const other = entry(2, { content });
    expect(broken(await history({ stored: [entry(1), other, entry(3)] }))).toEqual(['no loss']);
  });

  it('rejects a device that did not get everything', async () => {
    expect(broken(await history({ surfaced: [entry(1), entry(2)] }))).toEqual(['no loss']);
    expect(broken(await history({ surfaced: [] }))).toEqual(['no loss']);
  });

  it('rejects one message under two seqs, stored or answered', async () => {
    const stored = [entry(1), entry(2), entry(3), entry(4, { clientMsgId: 'm3' })];
    expect(broken(await history({ stored }))).toEqual(['no duplicates']);
    const answered = await history();
    await sent(answered.history, 'm1', 3, 'text 3');
    expect(broken(answered)).toContain('no duplicates');
  });

  it('rejects one seq for two messages', async () => {
    const input = await history();
    await sent(input.history, 'm7', 3, 'text 3');
    expect(broken(input)).toContain('no duplicates');
  });

  it('rejects what was refused and what nobody sent', async () => {
    const stored = [entry(1), entry(2), entry(3), entry(4)];
    expect(broken(await history({ stored }))).toEqual(['no phantoms']);
    const refused = await history({ stored });
    const about = { sender: 'ann', conversationId: chat, clientMsgId: 'm4', text: 'text 4' };
    const refuse = () => Promise.reject(new DomainError('MUTED', 'muted'));
    await expect(refused.history.send(about, refuse)).rejects.toThrow('muted');
    expect(checkHistory(refused)).toMatchObject([
      { guarantee: 'no phantoms', what: expect.stringContaining('refused') as string },
    ]);
  });

  it('rejects a gap in the table', async () => {
    expect(broken(await history({ stored: [entry(1), entry(3)] }))).toContain('no gaps');
  });

  it('rejects a device that surfaced out of order, twice or with a gap', async () => {
    for (const seqs of [
      [1, 3, 2],
      [1, 2, 2, 3],
      [1, 3],
    ]) {
      const surfaced = seqs.map((seq) => entry(seq));
      expect(broken(await history({ surfaced }))).toContain('order');
    }
  });

  it('rejects a later send with an earlier seq', async () => {
    const stored = [entry(1), entry(2, { clientMsgId: 'm3' }), entry(3, { clientMsgId: 'm2' })];
    const past = new History();
    await sent(past, 'm1', 1);
    await sent(past, 'm2', 3);
    await sent(past, 'm3', 2);
    const members = new Map([[chat, new Set(['ann', 'bob'])]]);
    const input = { sends: past.sends, logs: [], table: new Map([[chat, stored]]), members };
    expect(broken(input)).toEqual(['order']);
  });

  it('rejects devices that disagree with what is stored', async () => {
    const surfaced = [entry(1), entry(2, { createdMs: 5 }), entry(3)];
    expect(broken(await history({ surfaced }))).toEqual(['agreement']);
    const invented = [entry(1), entry(2), entry(3), entry(4)];
    expect(broken(await history({ surfaced: invented }))).toEqual(['agreement']);
  });

  it('rejects what a device should not see', async () => {
    expect(broken(await history({ members: ['ann'] }))).toEqual(['membership']);
  });
});
