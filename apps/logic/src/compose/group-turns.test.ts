import { Registry } from '@queqiao/runtime';
import { expect, it } from 'vitest';
import { GroupTurns, MAX_WAITING_CHANGES } from './group-turns.js';

function deferred() {
  let settle: (error?: Error) => void = () => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  return { promise, settle };
}

/** Lets everything run that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('runs the changes of a group one after another, in order, and those of others meanwhile', async () => {
  const turns = new GroupTurns(new Registry());
  const first = deferred();
  const begun: string[] = [];
  const run = (group: string, name: string, work: Promise<void> = Promise.resolve()) =>
    turns.run(group, () => {
      begun.push(name);
      return work;
    });
  const all = [run('a', '1', first.promise), run('a', '2'), run('a', '3'), run('b', 'other')];
  await settled();
  expect(begun).toEqual(['1', 'other']);
  first.settle();
  await Promise.all(all);
  expect(begun).toEqual(['1', 'other', '2', '3']);
});

it('goes on after a change that failed, and answers it', async () => {
  const turns = new GroupTurns(new Registry());
  const first = deferred();
  const failing = turns.run('a', () => first.promise);
  const next = turns.run('a', () => Promise.resolve('done'));
  first.settle(new Error('no'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});

it('refuses what comes when too many wait, and counts who waits', async () => {
  const registry = new Registry();
  const turns = new GroupTurns(registry);
  const first = deferred();
  const all = [turns.run('a', () => first.promise)];
  for (let n = 0; n < MAX_WAITING_CHANGES; n += 1)
    all.push(turns.run('a', () => Promise.resolve()));
  await expect(turns.run('a', () => Promise.resolve())).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryAfterMs: 1_000,
  });
  const waiting = async () =>
    (await registry.getSingleMetric('queqiao_queue_items')?.get())?.values[0];
  expect(await waiting()).toMatchObject({ value: 200, labels: { queue: 'group-changes' } });
  first.settle();
  await Promise.all(all);
  expect(await waiting()).toMatchObject({ value: 0 });
});
