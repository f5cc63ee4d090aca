import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { FakeRows } from '../../test/fakes/fake-delivery.js';
import { deliveryMetrics } from './delivery-metrics.js';
import { ResyncRequests } from './resync-requests.js';

const c1 = { nodeId: 'c1', bootId: 'b1' };
const c2 = { nodeId: 'c2', bootId: 'b2' };
let rows: FakeRows;
let clock: FakeClock;
let requests: ResyncRequests;

beforeEach(() => {
  rows = new FakeRows();
  clock = new FakeClock();
  const deps = { rows, clock, logger: silentLogger(), metrics: deliveryMetrics(new Registry()) };
  requests = new ResyncRequests(deps, { resyncWindowMs: 1_000, owner: 'logic-1' });
});

it('writes one row per node and window, after the last loss that it covers', async () => {
  const first = [requests.request(c1), requests.request(c1), requests.request(c2)];
  await clock.advanceAsync(999);
  const late = requests.request(c1);
  expect(rows.resyncs).toEqual([]);
  await clock.advanceAsync(1);
  expect(await Promise.all([...first, late])).toEqual([true, true, true, true]);
  expect(rows.resyncs).toEqual(['c1:b1', 'c2:b2']);
});

it('writes another row for a loss after the first row', async () => {
  void requests.request(c1);
  await clock.advanceAsync(1_000);
  void requests.request(c1);
  await clock.advanceAsync(1_000);
  expect(rows.resyncs).toEqual(['c1:b1', 'c1:b1']);
});

it('says so when the row cannot be written', async () => {
  rows.down = true;
  const answer = requests.request(c1);
  await clock.advanceAsync(1_000);
  expect(await answer).toBe(false);
});

it('writes at once when flushed', async () => {
  const answer = requests.request(c1);
  await requests.flush();
  expect(await answer).toBe(true);
  expect(clock.pending).toBe(0);
});
