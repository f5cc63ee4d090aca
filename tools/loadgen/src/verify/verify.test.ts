import { expect, test } from 'vitest';
import type { WorkerLog } from '../worker/worker-protocol.js';
import { verify, type StoredMessage } from './verify.js';

/** Two messages of device 0 to devices 1 and 2, both acknowledged, stored and pushed. */
const flawless = {
  rows: [
    { conversationId: 'd:a:b', seq: 1, clientMsgId: 'run.0' },
    { conversationId: 'd:a:b', seq: 2, clientMsgId: 'run.1' },
  ],
  acknowledged: [1, 2],
  /** Device, message, seq. */
  pushes: [
    [1, 0, 1],
    [2, 0, 1],
    [1, 1, 2],
    [2, 1, 2],
  ],
  strays: 0,
};

function judge(change: Partial<typeof flawless>) {
  const { rows, acknowledged, pushes, strays } = { ...flawless, ...change };
  const column = (index: number) => Uint32Array.from(pushes, (push) => push[index] ?? 0);
  const log: WorkerLog = {
    prefix: 'run',
    conversations: ['d:a:b'],
    audiences: [[1, 2]],
    conversationOf: Uint32Array.from(acknowledged, () => 0),
    seqOf: Uint32Array.from(acknowledged),
    pushes: { device: column(0), message: column(1), seq: column(2) },
    strayPushes: strays,
  };
  return verify([log], rows satisfies StoredMessage[]);
}

const found = (change: Partial<typeof flawless>): [string, number][] => [...judge(change).findings];
const [first, second] = flawless.rows as [StoredMessage, StoredMessage];

test('a flawless run', () => {
  const verdict = judge({});
  expect([...verdict.findings]).toEqual([]);
  expect([verdict.acknowledged, verdict.delivered, verdict.storedUnacknowledged]).toEqual([
    2, 4, 0,
  ]);
});

test('a missing delivery', () => {
  expect(found({ pushes: flawless.pushes.slice(1) })).toEqual([['not-delivered', 1]]);
});

test('a duplicated delivery', () => {
  expect(found({ pushes: [...flawless.pushes, [2, 1, 2]] })).toEqual([['delivered-twice', 1]]);
});

test('a delivery to the device that sent it, or that nothing explains', () => {
  expect(found({ pushes: [...flawless.pushes, [0, 1, 2]] })).toEqual([['delivered-to-others', 1]]);
  expect(found({ strays: 2 })).toEqual([['delivered-to-others', 2]]);
});

test('an acknowledged message that is not in the table, although it was pushed', () => {
  expect(found({ rows: [first] })).toEqual([
    ['not-stored', 1],
    ['never-stored', 1],
  ]);
});

test('a message that was stored twice', () => {
  expect(found({ rows: [first, second, { ...second, seq: 3 }] })).toEqual([['stored-twice', 1]]);
});

test('a message in another place than was said', () => {
  expect(found({ rows: [first, { ...second, conversationId: 'd:a:c' }] })).toEqual([
    ['other-place', 1],
  ]);
  expect(found({ acknowledged: [1, 3] })).toEqual([['other-place', 1]]);
  const [, , , last] = flawless.pushes;
  expect(found({ pushes: [...flawless.pushes.slice(0, 3), [last?.[0] ?? 0, 1, 9]] })).toEqual([
    ['other-place', 1],
  ]);
});

test('what was not acknowledged may be stored and pushed, or neither', () => {
  const stored = judge({ acknowledged: [1, 0], pushes: flawless.pushes.slice(0, 3) });
  expect([...stored.findings]).toEqual([]);
  expect(stored.storedUnacknowledged).toBe(1);
  expect(
    found({ acknowledged: [1, 0], rows: [first], pushes: flawless.pushes.slice(0, 2) }),
  ).toEqual([]);
});
