import { longRun } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LongTimeline } from '../../src/long-timeline.js';
import { useCluster } from '../../src/scenario.js';

const SIZE = longRun() ? { friends: 5_000, posts: 100 } : { friends: 500, posts: 20 };
const CALLS = longRun() ? 500 : 20;
const LIMIT = 20;
const DEEP = (SIZE.friends * SIZE.posts * 4) / 5;
/** Rows that a call reads besides those of the list: who calls, and what nodes and the count itself read meanwhile. */
const BESIDES = 60;
/** A reference, a post, what is to be known of its author, and that nobody likes it or has said anything. */
const ROWS_OF_POST = 7 + 6;
/** The row of a source, its place by index for each post of a page, and again out of what is merged. */
const ROWS_OF_SOURCE = 2 * LIMIT + 4;

const cluster = useCluster({
  connect: 0,
  logic: 1,
  ownDatabase: true,
  mysql: { redoLogMb: 256 },
  logicEnv: longRun() ? { QUEQIAO_PROFILE: 'prod', QUEQIAO_LOG_LEVEL: 'warn' } : {},
});

/** Posts that came just now: a call for new ones finds them. */
const ARRIVED = 5;

describe(`a timeline of ${SIZE.friends * SIZE.posts} posts`, () => {
  let timeline: LongTimeline;
  beforeAll(async () => {
    timeline = new LongTimeline(cluster(), SIZE);
    await timeline.fill();
  });
  afterAll(() => timeline.close());

  /** Rows read by a call are within the bound, whatever the size; how long it took is only reported. */
  async function measure(what: string, sources: number, call: () => Promise<unknown>) {
    for (let n = 0; n < 5; n += 1) await call();
    const times: number[] = [];
    const before = await timeline.reads();
    for (let n = 0; n < CALLS; n += 1) {
      const begunMs = performance.now();
      await call();
      times.push(performance.now() - begunMs);
    }
    const reads = ((await timeline.reads()) - before) / CALLS;
    times.sort((a, b) => a - b);
    const at = (share: number) => (times[Math.floor(share * (CALLS - 1))] ?? 0).toFixed(1);
    console.info(
      `${sources} sources, ${what}: ${Math.round(reads)} rows read, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    );
    expect(reads).toBeLessThan(BESIDES + LIMIT * ROWS_OF_POST + sources * ROWS_OF_SOURCE);
  }

  it.each(longRun() ? [0, 100, 500] : [0, 100])(
    'is read by what a page has, and by its %i sources',
    async (sources) => {
      if (sources > 0) await timeline.makeSources(sources);
      await timeline.arrive(ARRIVED);
      const { ids, newerToken } = await timeline.first(LIMIT);
      expect(ids).toEqual(timeline.wanted(0, LIMIT));
      expect(await timeline.below(DEEP, LIMIT)).toEqual(timeline.wanted(DEEP, LIMIT));
      const late = timeline.wanted(0, ARRIVED).filter(() => sources === 0);
      expect((await timeline.newer(newerToken, LIMIT)).sort()).toEqual(late);
      await measure('first page', sources, () => timeline.first(LIMIT));
      await measure('deep page', sources, () => timeline.below(DEEP, LIMIT));
      await measure('what is new', sources, () => timeline.newer(newerToken, LIMIT));
    },
  );
});
