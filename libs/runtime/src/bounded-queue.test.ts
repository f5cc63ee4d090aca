import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedQueue } from './bounded-queue.js';
import { Registry } from './metrics.js';

async function valueOf(registry: Registry, name: string): Promise<number | undefined> {
  const metric = await registry.getSingleMetric(name)?.get();
  return metric?.values[0]?.value;
}

describe('BoundedQueue', () => {
  it('refuses above the limit of items and keeps the order', () => {
    const queue = new BoundedQueue<number>({ name: 'q', maxItems: 2 });
    expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false]);
    expect([queue.peek(), queue.shift(), queue.push(4), queue.drain()]).toEqual([
      1,
      1,
      true,
      [2, 4],
    ]);
    expect([queue.size, queue.shift(), queue.peek()]).toEqual([0, undefined, undefined]);
  });

  it('refuses above the limit of bytes', () => {
    const queue = new BoundedQueue<string>({
      name: 'q',
      maxItems: 10,
      maxBytes: 5,
      sizeOf: (item) => item.length,
    });
    expect([queue.push('abcdef'), queue.push('abc'), queue.push('def'), queue.push('de')]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(queue.bytes).toBe(5);
    expect(queue.drain(1)).toEqual(['abc']);
    expect(queue.bytes).toBe(2);
  });

  it('does not take a limit of bytes without a way to measure', () => {
    expect(() => new BoundedQueue({ name: 'q', maxItems: 1, maxBytes: 1 })).toThrow('sizeOf');
  });

  it('sums up the queues of one name in the metrics', async () => {
    const metrics = new Registry();
    const options = { name: 'outbox', maxItems: 2, sizeOf: (item: string) => item.length, metrics };
    const queues = [new BoundedQueue<string>(options), new BoundedQueue<string>(options)];
    for (const queue of queues) ['aa', 'bb', 'cc'].forEach((item) => queue.push(item));
    expect(await valueOf(metrics, 'queqiao_queue_items')).toBe(4);
    expect(await valueOf(metrics, 'queqiao_queue_bytes')).toBe(8);
    expect(await valueOf(metrics, 'queqiao_queue_refused_total')).toBe(2);
    queues.forEach((queue) => queue.drain());
    expect(await valueOf(metrics, 'queqiao_queue_items')).toBe(0);
    expect(await valueOf(metrics, 'queqiao_queue_bytes')).toBe(0);
  });

  it('behaves like an array that refuses, however long it is used', () => {
    const command = fc.oneof(
      { weight: 3, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 400 }) }) },
      { weight: 2, arbitrary: fc.record({ drain: fc.integer({ min: 0, max: 500 }) }) },
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const queue = new BoundedQueue<number>({ name: 'q', maxItems: 3_000 });
        const model: number[] = [];
        let next = 0;
        for (const each of commands) {
          if ('push' in each) {
            for (let count = 0; count < each.push; count += 1) {
              next += 1;
              const fits = model.length < 3_000;
              if (fits) model.push(next);
              expect(queue.push(next)).toBe(fits);
            }
          } else expect(queue.drain(each.drain)).toEqual(model.splice(0, each.drain));
          expect([queue.size, queue.peek()]).toEqual([model.length, model[0]]);
        }
      }),
      { numRuns: 50 },
    );
  });
});
