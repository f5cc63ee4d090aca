import { parseAppId, type AppId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { EventSequencer } from './event-sequencer.js';

const [a, b, c] = ['a', 'b', 'c'].map((id) => parseAppId(id)) as [AppId, AppId, AppId];

/** What the outbox has by app, as many steps as it takes; null: another node holds the app once. */
let steps: Map<AppId, (number | null)[]>;
let placed: AppId[];
let rung: AppId[];
let failing: Set<AppId>;
let tell: (appIds: readonly AppId[]) => void;
let registry: Registry;
let clock: FakeClock;
let sequencer: EventSequencer;

beforeEach(() => {
  [steps, placed, rung, failing] = [new Map(), [], [], new Set()];
  [clock, registry] = [new FakeClock(), new Registry()];
  const rows = {
    onWritten: (listener: typeof tell) => (tell = listener),
    waiting: (after: string) =>
      Promise.resolve([...steps.keys()].filter((id) => id > after).slice(0, 2)),
    place: (appId: AppId) => {
      if (failing.has(appId)) return Promise.reject(new Error('no'));
      placed.push(appId);
      const left = steps.get(appId) ?? [];
      const step = left.length === 0 ? 0 : left.shift();
      if (left.length === 0) steps.delete(appId);
      if (step === null || step === undefined) return Promise.resolve(null);
      return Promise.resolve({ placed: step, more: left.length > 0 });
    },
    backlog: () => Promise.resolve({ rows: 7, oldestMs: 3_000 }),
  };
  const bell = { ring: (appId: AppId) => void rung.push(appId) };
  sequencer = new EventSequencer({ rows, bell, clock, logger: silentLogger(), registry });
  sequencer.start();
});

it('puts in order what its node has written, soon, commits of a moment together', async () => {
  steps = new Map([[a, [3]]]);
  tell([a]);
  tell([a]);
  await clock.advanceAsync(10);
  expect(placed).toEqual([a]);
  expect(rung).toEqual([a]);
  expect(await metricValue(registry, 'queqiao_event_placed_total')).toBe(3);
});

it('goes on with an app that has more, after the others have had their turn', async () => {
  steps = new Map([
    [a, [5, 5, 1]],
    [b, [1]],
  ]);
  tell([a, b]);
  await clock.advanceAsync(50);
  expect([...placed].sort()).toEqual([a, a, a, b]);
  expect(placed.indexOf(b)).toBeLessThan(2);
});

it('comes back to an app that another node is at, as that one may not have seen the newest', async () => {
  steps = new Map([[a, [null, null, 2]]]);
  tell([a]);
  await clock.advanceAsync(50);
  expect(placed).toEqual([a, a, a]);
  expect(rung).toEqual([a]);
});

it('finds what nobody was told of, of all apps, and says how much waits', async () => {
  steps = new Map([
    [a, [1]],
    [b, [1]],
    [c, [1]],
  ]);
  await clock.advanceAsync(1_100);
  expect([...placed].sort()).toEqual([a, b, c]);
  expect(await metricValue(registry, 'queqiao_event_backlog_rows')).toBe(7);
  expect(await metricValue(registry, 'queqiao_event_lag_seconds')).toBe(3);
});

it('leaves what fails to the next look, and goes on with the others', async () => {
  steps = new Map([
    [a, [1]],
    [b, [1]],
  ]);
  failing.add(a);
  tell([a, b]);
  await clock.advanceAsync(10);
  expect(placed).toEqual([b]);
  expect(await metricValue(registry, 'queqiao_event_placing_failures_total')).toBe(1);
  failing.clear();
  await clock.advanceAsync(1_100);
  expect(placed).toEqual([b, a]);
});

it('does nothing any more once it is stopped', async () => {
  await sequencer.stop();
  steps = new Map([[a, [1]]]);
  tell([a]);
  await clock.advanceAsync(5_000);
  expect(placed).toEqual([]);
});
