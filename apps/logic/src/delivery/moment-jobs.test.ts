import type { AppId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Turn } from './app-turns.js';
import { MOMENT_JOBS_MAX, MomentJobs } from './moment-jobs.js';

/** Steps that each job still takes. */
let left: Map<string, number>;
/** Each of an app of its own, unless its id says otherwise. */
const appOf = (jobId: string) => (jobId.split('.')[0] ?? '') as AppId;
let done: string[];
let claims: string[][];
let failing: Set<string>;
/** Jobs whose steps last until they are released. */
let held: Map<string, () => void>;
/** Jobs under way, at most. */
let most: number;
/** Steps after which the node is told to stop. */
let stopAfter: number;
let registry: Registry;
let clock: FakeClock;
let jobs: MomentJobs;

beforeEach(() => {
  [left, done, claims, failing, stopAfter] = [new Map(), [], [], new Set(), 0];
  [clock, registry] = [new FakeClock(), new Registry()];
  [held, most] = [new Map(), 0];
  const claimed = new Set<string>();
  const working = new Set<string>();
  const rows = {
    claimDue: ({ limit, turn }: { limit: number; turn: Turn<AppId> }) => {
      const free = [...left.keys()].filter((id) => !claimed.has(id));
      const apps = [...new Set(free.map(appOf))].filter((id) => !turn.without.includes(id)).sort();
      const appId = apps.find((id) => id > turn.after) ?? apps[0];
      const ids = free.filter((id) => appOf(id) === appId).slice(0, limit);
      for (const id of ids) claimed.add(id);
      if (ids.length > 0) claims.push(ids);
      return Promise.resolve(ids.map((jobId) => ({ jobId, appId: appOf(jobId) })));
    },
    advance: async ({ jobId }: { jobId: string }) => {
      if (failing.has(jobId)) throw new Error('no');
      working.add(jobId);
      most = Math.max(most, working.size);
      await new Promise<void>((resolve) => {
        if (held.has(jobId)) held.set(jobId, resolve);
        else resolve();
      });
      working.delete(jobId);
      const rest = (left.get(jobId) ?? 0) - 1;
      done.push(jobId);
      left.set(jobId, rest);
      if (done.length === stopAfter) void jobs.stop();
      return rest <= 0;
    },
    backlog: () => Promise.resolve({ rows: left.size, oldestDueMs: 2_000 }),
  };
  jobs = new MomentJobs({ rows, clock, logger: silentLogger(), registry }, { owner: 'logic-1' });
  jobs.start();
});

it('takes what is due to its end, a large one beside small ones', async () => {
  left = new Map([
    ['large', 3],
    ['small', 1],
  ]);
  await clock.advanceAsync(500);
  expect(done.filter((id) => id === 'large')).toHaveLength(3);
  expect(done.indexOf('small')).toBeLessThan(3);
  expect(await metricValue(registry, 'queqiao_moment_job_backlog_rows')).toBe(2);
  expect(await metricValue(registry, 'queqiao_moment_job_lag_seconds')).toBe(2);
});

it('works on a few at a time, and on all that are due', async () => {
  const ids = Array.from({ length: MOMENT_JOBS_MAX * 2 + 1 }, (_, n) => `j${n}`);
  left = new Map(ids.map((id) => [id, 1]));
  for (const id of ids) held.set(id, () => undefined);
  await clock.advanceAsync(500);
  for (const id of ids) {
    held.get(id)?.();
    await clock.advanceAsync(0);
  }
  expect(done).toHaveLength(left.size);
  expect(most).toBe(MOMENT_JOBS_MAX);
});

it('goes on with others while one takes long, also with what comes meanwhile', async () => {
  const others = Array.from({ length: MOMENT_JOBS_MAX * 2 }, (_, n) => `j${n}`);
  held.set('long', () => undefined);
  left = new Map(['long', ...others].map((id) => [id, 1]));
  await clock.advanceAsync(500);
  expect(done).toEqual(others);
  left.set('late', 1);
  jobs.nudge();
  await clock.advanceAsync(0);
  expect(done).toEqual([...others, 'late']);
  const stopped = jobs.stop();
  held.get('long')?.();
  await stopped;
  expect(done).toEqual([...others, 'late', 'long']);
});

it('takes on what is due once there is room', async () => {
  const long = Array.from({ length: MOMENT_JOBS_MAX }, (_, n) => `long${n}`);
  for (const id of long) held.set(id, () => undefined);
  left = new Map([...long, 'short'].map((id) => [id, 1]));
  await clock.advanceAsync(400);
  jobs.nudge();
  await clock.advanceAsync(0);
  expect(claims.flat()).toEqual(long);
  held.get('long0')?.();
  await clock.advanceAsync(0);
  expect(done).toEqual(['long0', 'short']);
  for (const id of long) held.get(id)?.();
});

it('leaves what fails to a later claim, and goes on with the others', async () => {
  failing = new Set(['bad']);
  left = new Map([
    ['bad', 1],
    ['good', 2],
  ]);
  await clock.advanceAsync(500);
  expect(done).toEqual(['good', 'good']);
  expect(await metricValue(registry, 'queqiao_moment_job_failures_total')).toBe(1);
  expect(await metricValue(registry, 'queqiao_moment_job_steps_total')).toBe(2);
});

it('begins nothing more once it is stopped', async () => {
  left = new Map([['endless', Number.POSITIVE_INFINITY]]);
  stopAfter = 3;
  await clock.advanceAsync(5_000);
  expect(done).toHaveLength(3);
  expect(clock.pending).toBe(0);
});

it('begins with what it is told of at once, and with what it is told of meanwhile when it has ended', async () => {
  left = new Map([['first', 1]]);
  jobs.nudge();
  left.set('second', 1);
  jobs.nudge();
  await clock.advanceAsync(0);
  expect(done).toEqual(['first', 'second']);
  expect(claims).toEqual([['first'], ['second']]);
});

it('begins with nothing it is told of before it is started, nor once it is stopped', async () => {
  left = new Map([['job', 1]]);
  await jobs.stop();
  jobs.nudge();
  await clock.advanceAsync(0);
  expect(claims).toEqual([]);
});

describe('apps take turns', () => {
  const of = (appId: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${appId}.${n}`);
  const rooms = MOMENT_JOBS_MAX - 1;

  it('so that one whose jobs take long leaves a place to others', async () => {
    const busy = of('a', 9);
    for (const id of busy) held.set(id, () => undefined);
    left = new Map([...busy, ...of('b', 3), ...of('z', 2)].map((id) => [id, 1]));
    await clock.advanceAsync(500);
    expect(done).toEqual(['b.0', 'z.0', 'b.1', 'z.1', 'b.2']);
    const working = claims.flat().filter((id) => id.startsWith('a.'));
    expect(working).toHaveLength(rooms);
    for (const id of busy) held.get(id)?.();
  });

  it('and one that is alone goes on at once with what it has', async () => {
    left = new Map(of('busy', 20).map((id) => [id, 2]));
    jobs.nudge();
    await clock.advanceAsync(400);
    expect(done).toHaveLength(40);
    expect(most).toBe(rooms);
  });

  it('and one whose jobs fail has its place again', async () => {
    failing = new Set(of('busy', rooms));
    left = new Map(of('busy', rooms + 1).map((id) => [id, 1]));
    await clock.advanceAsync(500);
    expect(done).toEqual([`busy.${rooms}`]);
  });
});
