import { Content, Entry } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { duringStay, HeardLog, toldBy } from './heard-log.js';

type Body = NonNullable<Content['body']>;

function entry(seq: number, body: Body, conversationId = 'g:team'): Entry {
  const content = Content.create({ body });
  return Entry.create({ conversationId, seq, sender: { kind: 1, id: 'ann' }, content });
}
const said = (seq: number) => entry(seq, { $case: 'text', value: { text: `${seq}` } });
const joined = (seq: number, ...userIds: string[]) =>
  entry(seq, { $case: 'membersJoined', value: { userIds, way: 1, inviterId: '' } });
const left = (seq: number, ...userIds: string[]) =>
  entry(seq, { $case: 'membersLeft', value: { userIds } });
const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);

describe('a log of what was heard', () => {
  it('is asked in the order of seqs, whatever came first, and holds what came twice once', () => {
    const log = new HeardLog('bob');
    log.add(joined(3, 'bob'));
    expect(log.next()?.seq).toBe(3);
    log.add(said(5));
    expect(log.next()).toBeUndefined();
    log.add(said(4));
    log.add(said(4));
    expect([log.next()?.seq, log.next()?.seq, log.next()]).toEqual([4, 5, undefined]);
    expect(seqs(log.entries)).toEqual([3, 4, 5]);
  });

  it('begins with the first entry, or with the one that brings its user in', () => {
    const log = new HeardLog('bob');
    log.add(joined(7, 'carl'));
    expect(log.next()).toBeUndefined();
    expect(seqs(log.unheard)).toEqual([7]);
    const feed = new HeardLog('bob');
    feed.add(entry(1, { $case: 'blockChanged', value: { userId: 'ann', blocked: true } }, 's:bob'));
    expect(feed.next()?.seq).toBe(1);
  });

  it('tells who wrote what', () => {
    expect(toldBy(left(9, 'bob'))).toEqual({ by: 'ann', membersLeft: { userIds: ['bob'] } });
  });
});

describe('a stay', () => {
  it('goes from each arrival to the leave, both included', () => {
    const log = [
      said(1),
      joined(2, 'bob'),
      said(3),
      left(4, 'carl', 'bob'),
      said(5),
      left(6, 'ann'),
    ];
    const again = [joined(7, 'bob', 'eve'), said(8)];
    expect(seqs(duringStay([...log, ...again], 'bob'))).toEqual([2, 3, 4, 7, 8]);
    expect(duringStay(log, 'dora')).toEqual([]);
  });

  it('never ends in a chat of two, or in the own feed', () => {
    const chat = [entry(1, { $case: 'text', value: { text: 'hi' } }, 'd:ann:bob')];
    expect(duringStay(chat, 'bob')).toEqual(chat);
  });
});
