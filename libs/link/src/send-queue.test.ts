import { describe, expect, it } from 'vitest';
import { LinkProtocolError } from './errors.js';
import { SendQueue, type SettleOutcome } from './send-queue.js';

const item = (size: number, fill = 1): Uint8Array => new Uint8Array(size).fill(fill);

function queueOf(limits: { maxPendingItems?: number; maxPendingBytes?: number } = {}) {
  const queue = new SendQueue({ maxPendingItems: 100, maxPendingBytes: 1_000, ...limits });
  const settled: [string, SettleOutcome][] = [];
  const push = (name: string, size = 10): boolean =>
    queue.push(item(size), (outcome) => settled.push([name, outcome]));
  return { queue, settled, push };
}

describe('SendQueue', () => {
  it('numbers items in order and fills frames up to their size', () => {
    const { queue, push } = queueOf();
    for (const name of ['a', 'b', 'c', 'd']) push(name, 10);
    expect(queue.take(25)).toMatchObject({ firstNumber: 1, items: [item(10), item(10)] });
    expect(queue.take(25)).toMatchObject({ firstNumber: 3, items: [item(10), item(10)] });
    expect(queue.take(25)).toBeNull();
  });

  it('writes an item alone that is larger than a frame', () => {
    const { queue, push } = queueOf();
    push('small', 5);
    push('large', 500);
    push('last', 5);
    expect(queue.take(100)?.items.map((bytes) => bytes.length)).toEqual([5]);
    expect(queue.take(100)?.items.map((bytes) => bytes.length)).toEqual([500]);
    expect(queue.take(100)?.items.map((bytes) => bytes.length)).toEqual([5]);
  });

  it('refuses what exceeds the limits, and counts again after acknowledgements', () => {
    const { queue, settled, push } = queueOf({ maxPendingItems: 3, maxPendingBytes: 50 });
    expect([push('a', 20), push('b', 20), push('c', 20)]).toEqual([true, true, false]);
    expect([push('d', 1), push('e', 1)]).toEqual([true, false]);
    queue.take(1_000);
    expect(queue.acknowledge(2)).toBe(2);
    expect(settled).toEqual([
      ['a', 'acked'],
      ['b', 'acked'],
    ]);
    expect([queue.size, queue.bytes]).toEqual([1, 1]);
    expect(push('f', 40)).toBe(true);
  });

  it('takes an item of any size into an empty queue, or nothing could ever carry it', () => {
    const { push } = queueOf({ maxPendingBytes: 50 });
    expect([push('huge', 5_000), push('next', 1)]).toEqual([true, false]);
  });

  it('rejects the acknowledgement of an item that never went out', () => {
    const { queue, push } = queueOf();
    push('a');
    push('b');
    queue.take(10);
    expect(() => queue.acknowledge(2)).toThrow(LinkProtocolError);
  });

  it('writes again what a new stream has not received, with the old numbers', () => {
    const { queue, settled, push } = queueOf();
    for (const name of ['a', 'b', 'c']) push(name);
    queue.take(20);
    expect(queue.rewind(1)).toBe(1);
    expect(settled).toEqual([['a', 'acked']]);
    expect(queue.take(1_000)?.firstNumber).toBe(2);
    // A hello written before the last acknowledgement arrived claims less than is known.
    expect(queue.rewind(0)).toBe(2);
    expect(queue.acknowledged).toBe(1);
  });

  it('keeps the numbers of replaced items that the peer may have seen', () => {
    const { queue, settled, push } = queueOf();
    for (const name of ['a', 'b', 'c']) push(name);
    queue.take(20);
    expect(queue.replaceAll(item(7, 9))).toBe(3);
    expect(settled.map(([, outcome]) => outcome)).toEqual(['lost', 'lost', 'lost']);
    expect([queue.size, queue.bytes]).toEqual([3, 7]);
    expect(queue.take(1_000)).toEqual({ firstNumber: 3, items: [item(7, 9)] });
    queue.rewind(0);
    expect(queue.take(1_000)).toEqual({ firstNumber: 1, items: [item(0), item(0), item(7, 9)] });
    expect(queue.acknowledge(3)).toBe(3);
    expect([queue.size, queue.bytes, settled.length]).toEqual([0, 0, 3]);
  });

  it('withdraws what is pending: what went out keeps its number, the rest gives it back', () => {
    const { queue, settled, push } = queueOf();
    for (const name of ['a', 'b', 'c']) push(name);
    queue.take(20);
    expect(queue.withdraw()).toBe(3);
    expect(settled.map(([, outcome]) => outcome)).toEqual(['lost', 'lost', 'lost']);
    expect([queue.size, queue.bytes, queue.unwritten]).toEqual([2, 0, 0]);
    push('d');
    queue.rewind(1);
    expect(queue.take(1_000)).toEqual({ firstNumber: 2, items: [item(0), item(10)] });
    expect(queue.acknowledge(3)).toBe(2);
    expect([queue.size, queue.withdraw()]).toEqual([0, 0]);
  });

  it('settles everything as lost when discarded', () => {
    const { queue, settled, push } = queueOf();
    push('a');
    push('b');
    queue.take(10);
    expect(queue.discard()).toBe(2);
    expect(settled).toEqual([
      ['a', 'lost'],
      ['b', 'lost'],
    ]);
  });

  it('stays right over many items', () => {
    const { queue, push } = queueOf({ maxPendingItems: 10_000, maxPendingBytes: 1e9 });
    for (let round = 0; round < 50; round += 1) {
      for (let index = 0; index < 200; index += 1) push(`${round}.${index}`);
      const batch = queue.take(1e9);
      expect(batch?.items.length).toBe(200);
      queue.acknowledge((batch?.firstNumber ?? 0) + 99 + round);
    }
    expect(queue.size).toBe(50 * 200 - queue.acknowledged);
    expect(queue.bytes).toBe(queue.size * 10);
  });
});
