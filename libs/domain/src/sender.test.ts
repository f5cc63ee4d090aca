import { expect, it } from 'vitest';
import { parseSenderKey, senderKey, type Sender } from './sender.js';

it('gives every sender a key of its own and reads it back', () => {
  const senders: Sender[] = [
    { kind: 'user', id: 'system' },
    { kind: 'user', id: 'business' },
    { kind: 'system', id: '' },
    { kind: 'business', id: 'support' },
    { kind: 'user', id: 'support' },
  ];
  const keys = senders.map(senderKey);
  expect(new Set(keys).size).toBe(senders.length);
  expect(keys.map(parseSenderKey)).toEqual(senders);
});
