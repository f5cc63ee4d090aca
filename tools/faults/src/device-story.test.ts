import { Entry } from '@queqiao/protocol/client';
import { History, type HistoryInput, type Membership } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { storiesOf } from './device-story.js';

const GROUP = 'g:large';

function input(seen: (log: ReturnType<History['device']>) => void): HistoryInput {
  const history = new History();
  seen(history.device('ann/sdk2', 'ann'));
  history.device('ann/sdk20', 'ann');
  const stints = [
    { joinedSeq: 3, leftSeq: 7 },
    { joinedSeq: 9, leftSeq: Infinity },
  ];
  const membership = { stints, clearedSeq: 1, hidden: new Set([5]) } as unknown as Membership;
  return { history, table: new Map(), members: new Map([[GROUP, new Map([['ann', membership]])]]) };
}

const entry = (seq: number): Entry => Entry.create({ conversationId: GROUP, seq });

it('tells what a device that something was found of went through there', () => {
  const story = input((log) => {
    for (const seq of [4, 5, 6]) log.entry(entry(seq));
    log.entry({ ...entry(1), conversationId: 'g:other' });
    log.passed(GROUP, { fromSeq: 8, toSeq: 9 });
    log.cursor(GROUP, 9);
    log.entry(entry(10));
  });
  const wanted =
    'ann/sdk2 in g:large: member after 3 up to 7 and after 9 up to Infinity, cleared to 1, 1 hidden; ' +
    'entries 4–6, passed 8–9, cursor 9, entry 10';
  const found = [
    { guarantee: 'no loss', what: 'ann/sdk2 never surfaced 1 of 10 in g:large, the first 7' },
    { guarantee: 'no skip', what: 'ann/sdk2: a cursor moved past g:large 7' },
    { guarantee: 'liveness', what: 'logic-1 crashed' },
  ] as const;
  expect(storiesOf(story, found)).toEqual([wanted]);
});

it('leaves out the middle of a long story', () => {
  const story = input((log) => {
    for (let seq = 10; seq < 300; seq += 2) log.entry(entry(seq));
  });
  const [told = ''] = storiesOf(story, [
    { guarantee: 'no loss', what: 'ann/sdk2 never surfaced 1 of 10 in g:large, the first 7' },
  ]);
  expect(told).toContain('entry 68, …, entry 240');
  expect(told.split(', ')).toHaveLength(63);
});
