import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { flaws, isSigned, toDelivered, type Delivered } from './webhook-rules.js';

function came(...names: string[]): Delivered[] {
  return names.map((name) => {
    const [conversationId = '', seq] = name.split(' ');
    return { eventId: `evt ${name}`, conversationId, seq: Number(seq), body: name };
  });
}

it.each([[[]], [['a 1', 'b 1', 'a 2']], [['a 1', 'a 2', 'a 3', 'a 2', 'a 3', 'a 4', 'a 1']]])(
  'what is promised is no flaw: %j',
  (names) => expect(flaws(came(...names))).toEqual([]),
);

it('an event that comes before the one before it is found, and each thing that a duplicate may not be', () => {
  expect(flaws(came('a 1', 'a 3', 'a 2'))).toEqual(['a 3 came before 2']);
  expect(flaws(came('a 2'))).toEqual(['a 2 came before 1']);
  const [first, second] = [came('a 1')[0], came('a 2')[0]];
  if (first === undefined || second === undefined) throw new Error('nothing came');
  expect(flaws([first, { ...first, eventId: 'other' }])).toEqual(['a 1 came under two ids']);
  expect(flaws([first, { ...first, body: 'other' }])).toEqual(['a 1 came with two bodies']);
  const same = { ...second, eventId: first.eventId };
  expect(flaws([first, same])).toEqual([`${first.eventId} names two events`]);
});

it('a signature is of what came, by the secret, and of now', () => {
  const secret = `whsec_${Buffer.from('a secret').toString('base64')}`;
  const [id, timestamp, atMs] = ['evt_1', '1700000000', 1_700_000_000_000];
  const body = JSON.stringify({ eventId: id, entry: { conversationId: 'd:a:b', seq: '7' } });
  const digest = createHmac('sha256', 'a secret').update(`${id}.${timestamp}.${body}`);
  const received = { id, timestamp, atMs, body, signature: `v1,x v1,${digest.digest('base64')}` };
  expect(isSigned(received, secret)).toBe(true);
  for (const other of [
    { body: `${body} ` },
    { id: 'evt_2' },
    { timestamp: '1700000001' },
    { atMs: atMs + 300_000 },
    { signature: 'v1,x' },
  ]) {
    expect(isSigned({ ...received, ...other }, secret), JSON.stringify(other)).toBe(false);
  }
  expect(toDelivered(received)).toMatchObject({ conversationId: 'd:a:b', seq: 7 });
  expect(() => toDelivered({ ...received, id: 'evt_2' })).toThrow('evt_2');
});
