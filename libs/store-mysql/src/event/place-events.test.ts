import { expect, it } from 'vitest';
import { byTime } from './place-events.js';

it('events come by time, but those of one log in their order, whatever a clock said', () => {
  const row = (conversation_id: string, first_seq: number, created_ms: number) => {
    return { conversation_id, first_seq, created_ms } as unknown as Parameters<typeof byTime>[0][0];
  };
  const rows = [
    row('a', 1, 50),
    row('a', 2, 20),
    row('a', 3, 60),
    row('b', 1, 10),
    row('b', 2, 55),
  ];
  expect(byTime(rows).map((each) => `${each.conversation_id}${each.first_seq}`)).toEqual([
    'b1',
    'a1',
    'a2',
    'b2',
    'a3',
  ]);
});
