import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import type { Turn } from './app-turns.js';
import { ERASURE_JOBS_MAX, ERASURE_TURN_MAX_MS, ErasureJobs } from './erasure-jobs.js';

interface Job {
  readonly appId: string;
  readonly userId: string;
  readonly left: number;
}

let clock: FakeClock;
let registry: Registry;
let jobs: ErasureJobs<string, Job>;
/** What is due, the oldest first. */
let due: Job[];
/** Users, each as often as a step of it was taken. */
let steps: string[];
let failing: Set<string>;
/** How long a step takes. */
let stepMs: number;
/** Under way, at most: all, and of one app. */
let most: { all: number; ofApp: number };
let working: string[];
/** Steps of what older versions left; users who are due by the last one. */
let older: { steps: number; due: Job[] };
/** What was due at each of them. */
let agains: string[][];

function claim(_owner: string, { after, without }: Turn<string>): Promise<Job | null> {
  const apps = [...new Set(due.map(({ appId }) => appId))].sort();
  const able = apps.filter((appId) => !without.includes(appId));
  const turn = able.find((appId) => appId > after) ?? able[0];
  const job = due.find(({ appId }) => appId === turn);
  if (job === undefined) return Promise.resolve(null);
  due.splice(due.indexOf(job), 1);
  working.push(job.appId);
  const ofApp = working.filter((appId) => appId === job.appId).length;
  most = { all: Math.max(most.all, working.length), ofApp: Math.max(most.ofApp, ofApp) };
  return Promise.resolve(job);
}

async function step(job: Job): Promise<Job> {
  if (failing.delete(job.userId)) {
    working.splice(working.indexOf(job.appId), 1);
    throw new Error('no');
  }
  if (stepMs > 0) await clock.sleep(stepMs);
  steps.push(job.userId);
  return { ...job, left: job.left - 1 };
}

function save(job: Job, _owner: string, { isTurnOver }: { isTurnOver: boolean }): Promise<boolean> {
  if (isTurnOver && job.left > 0) due.push(job);
  if (isTurnOver || job.left === 0) working.splice(working.indexOf(job.appId), 1);
  return Promise.resolve(true);
}

function again(): Promise<boolean> {
  agains.push([...due.map(({ userId }) => userId), ...working]);
  const isLast = older.steps === 1;
  if (isLast) due.push(...older.due);
  older.steps = Math.max(0, older.steps - 1);
  return Promise.resolve(older.steps > 0 || isLast);
}

beforeEach(() => {
  [clock, registry] = [new FakeClock(), new Registry()];
  [due, steps, failing, working, stepMs] = [[], [], new Set(), [], 0];
  most = { all: 0, ofApp: 0 };
  [older, agains] = [{ steps: 0, due: [] }, []];
  const backlog = () => Promise.resolve({ rows: due.length, oldestDueMs: 0 });
  const isAtRest = ({ left }: Job) => left === 0;
  const shared = { clock, logger: silentLogger(), registry };
  const rows = { claim, save, backlog, again };
  jobs = new ErasureJobs({ rows, step, isAtRest, ...shared }, { owner: 'logic-1' });
  jobs.start();
});

const users = (appId: string, count: number, left = 1): Job[] =>
  Array.from({ length: count }, (_, n) => ({ appId, userId: `${appId}${n}`, left }));

it('a user of an app waits for no users of another one', async () => {
  due = [...users('busy', 50, 3), ...users('small', 1, 3)];
  await clock.advanceAsync(10_000);
  expect(steps).toHaveLength(153);
  expect(steps.lastIndexOf('small0')).toBeLessThan(8);
  expect(most).toEqual({ all: 2, ofApp: 1 });
});

it('one of an app at a time, and some at a time', async () => {
  due = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((appId) => users(appId, 3, 2));
  await clock.advanceAsync(10_000);
  expect(steps).toHaveLength(36);
  expect(most).toEqual({ all: ERASURE_JOBS_MAX, ofApp: 1 });
});

it('goes on with the next user of an app at once, without being told', async () => {
  due = users('busy', 20);
  jobs.nudge();
  await clock.advanceAsync(400);
  expect(steps).toHaveLength(20);
});

it('an app with one large user after the other lets another app have its turn', async () => {
  const apps = ['a', 'b', 'c', 'd'];
  stepMs = ERASURE_TURN_MAX_MS / 4;
  due = [...apps.flatMap((appId) => users(appId, 1, 100)), ...users('small', 1)];
  await clock.advanceAsync(500 + ERASURE_TURN_MAX_MS * 2);
  expect(steps).toContain('small0');
  expect(await metricValue(registry, 'queqiao_erasure_passes_total')).toBeGreaterThanOrEqual(4);
  await clock.advanceAsync(100 * stepMs * 3);
  expect(steps).toHaveLength(401);
});

it('one that fails keeps no others of its app from their turns', async () => {
  failing = new Set(['a0']);
  due = users('a', 2);
  await clock.advanceAsync(500);
  expect(steps).toEqual(['a1']);
  expect(await metricValue(registry, 'queqiao_erasure_failures_total')).toBe(1);
});

it('what older versions left is done when nothing else is, in one go, and looked for later', async () => {
  older = { steps: 3, due: users('old', 2) };
  due = users('new', 3, 2);
  await clock.advanceAsync(1_000);
  expect(steps.slice(-2)).toEqual(['old0', 'old1']);
  expect(steps).toHaveLength(8);
  // Until there is none, and that is remembered.
  expect(agains).toEqual([[], [], [], []]);
  await clock.advanceAsync(590_000);
  expect(agains).toHaveLength(4);
  older = { steps: 1, due: users('later', 1) };
  await clock.advanceAsync(20_000);
  expect(steps.at(-1)).toBe('later0');
  expect(agains.flat()).toEqual([]);
});
