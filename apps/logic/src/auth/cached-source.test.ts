import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { CachedSource } from './cached-source.js';

const TTL_MS = 1_000;

/** A cache of two in front of rows, each read of which ends when it is told to, with what the row was when it began. */
function rig() {
  const clock = new FakeClock();
  const rows = new Map<string, string>();
  const ends: (() => void)[] = [];
  let held = false;
  let loads = 0;
  const source = new CachedSource<[string], string>(
    async (key) => {
      loads += 1;
      const row = rows.get(key) ?? null;
      if (held) await new Promise<void>((resolve) => ends.push(resolve));
      return row;
    },
    { name: 'rows', maxEntries: 2, ttlMs: TTL_MS, missTtlMs: 100 },
    { clock, metrics: new Registry() },
  );
  const hold = (value: boolean) => (held = value);
  return { clock, rows, source, ends, hold, loads: () => loads };
}

it('is asked as often as it likes for what is not there, and what is there keeps its place', async () => {
  const { rows, source, loads } = rig();
  rows.set('a', 'A').set('b', 'B');
  for (const key of ['a', 'b', 'x1', 'x2', 'x3', 'x4']) await source.get(key);
  expect([source.peek('a'), source.peek('b')]).toEqual(['A', 'B']);
  // Of what is not there two are remembered as well, and no more.
  expect(['x1', 'x2', 'x3', 'x4'].map((key) => source.peek(key))).toEqual([
    undefined,
    undefined,
    null,
    null,
  ]);
  expect(loads()).toBe(6);
});

it('knows whom it has seen after the time of the value, and no one who was never there', async () => {
  const { clock, rows, source } = rig();
  rows.set('a', 'A');
  for (const key of ['a', 'x']) await source.get(key);
  await clock.advanceAsync(10 * TTL_MS);
  expect([source.peek('a'), source.hasSeen('a'), source.hasSeen('x')]).toEqual([
    undefined,
    true,
    false,
  ]);
});

it('a read that began before a change is nobody’s answer once the time to live has passed since', async () => {
  const { clock, rows, source, ends, hold } = rig();
  rows.set('a', 'before');
  hold(true);
  const slow = source.get('a');
  const joined = source.get('a');
  rows.set('a', 'after');
  await clock.advanceAsync(TTL_MS);
  hold(false);
  expect(await source.get('a')).toBe('after');
  // It lands late, and takes the place of nothing newer.
  for (const end of ends) end();
  expect(await Promise.all([slow, joined])).toEqual(['before', 'before']);
  expect(source.peek('a')).toBe('after');
});

it('a read that lands late is as old as its beginning', async () => {
  const { clock, rows, source, ends, hold } = rig();
  rows.set('a', 'before');
  hold(true);
  const slow = source.get('a');
  await clock.advanceAsync(TTL_MS - 1);
  hold(false);
  for (const end of ends) end();
  expect([await slow, source.peek('a')]).toEqual(['before', 'before']);
  await clock.advanceAsync(1);
  expect(source.peek('a')).toBeUndefined();
});

it('what was read before everything was forgotten is not kept', async () => {
  const { rows, source, ends, hold } = rig();
  rows.set('a', 'before');
  hold(true);
  const slow = source.get('a');
  source.clear();
  for (const end of ends) end();
  expect([await slow, source.peek('a')]).toEqual(['before', undefined]);
});
