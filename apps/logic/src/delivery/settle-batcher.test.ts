import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { FakeRows } from '../../test/fakes/fake-delivery.js';
import { deliveryMetrics } from './delivery-metrics.js';
import { SettleBatcher } from './settle-batcher.js';

let rows: FakeRows;
let clock: FakeClock;

beforeEach(() => {
  rows = new FakeRows();
  clock = new FakeClock();
});

function make(limits: { maxSettleBatch?: number; maxSettlePending?: number } = {}): SettleBatcher {
  const metrics = deliveryMetrics(new Registry());
  const deps = { rows, clock, metrics, logger: silentLogger() };
  return new SettleBatcher(deps, {
    maxSettleBatch: 500,
    maxSettlePending: 1_000,
    settleDelayMs: 100,
    ...limits,
  });
}

it('deletes what gathered within the delay with one statement', async () => {
  const settler = make();
  settler.add('1');
  settler.add('2');
  await clock.advanceAsync(99);
  expect(rows.deletions).toEqual([]);
  await clock.advanceAsync(1);
  expect(rows.deletions).toEqual([['1', '2']]);
  expect(clock.pending).toBe(0);
});

it('does not wait for company when a statement is full', async () => {
  const settler = make({ maxSettleBatch: 2 });
  for (const id of ['1', '2', '3', '4', '5']) settler.add(id);
  await clock.advanceAsync(0);
  expect(rows.deletions).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
  await clock.advanceAsync(100);
  expect(rows.deletions[2]).toEqual(['5']);
});

it('tries again later when a deletion failed', async () => {
  const settler = make();
  rows.down = true;
  settler.add('1');
  await clock.advanceAsync(100);
  rows.down = false;
  settler.add('2');
  await clock.advanceAsync(999);
  expect(rows.deletions).toEqual([]);
  await clock.advanceAsync(1);
  expect(rows.deletions).toEqual([['1', '2']]);
});

it('leaves rows to the recovery above its limit', async () => {
  const settler = make({ maxSettlePending: 2 });
  for (const id of ['1', '2', '3']) settler.add(id);
  await clock.advanceAsync(100);
  expect(rows.settled).toEqual(['1', '2']);
});

it('deletes everything at a flush, and gives up when that fails', async () => {
  const settler = make({ maxSettleBatch: 2 });
  for (const id of ['1', '2', '3', '4', '5']) settler.add(id);
  await settler.flush();
  expect(rows.settled).toEqual(['1', '2', '3', '4', '5']);
  rows.down = true;
  settler.add('6');
  await settler.flush();
  expect(rows.settled.length).toBe(5);
});
