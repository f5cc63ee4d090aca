import { eventually, queryRows } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { furnish } from '../fields/fields-world.js';
import { GivenUpRig, type Work } from './given-up-rig.js';
import { changingMethods, readingMethods, requestOf } from './reading-world.js';

const UNDER_WAY = [
  'dispatch',
  'event_outbox',
  'moment_jobs',
  'broadcasts WHERE due_ms IS NOT NULL',
  "erasures WHERE phase NOT IN ('sweep', 'done')",
  "app_usage WHERE owner <> '' OR due_ms <= CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)",
];

let given: GivenUpRig;
let roomId: string;

beforeAll(async () => {
  given = await GivenUpRig.start();
  roomId = await furnish(given.rig, given.app);
  given.stopClock();
  // All that is cached; what they read is not there in part.
  for (const path of readingMethods()) await given.call(path, requestOf(path)).catch(() => {});
  await settled();
});
afterEach(() => settled());
afterAll(() => given.stop());

/** Nothing of a change that was made is on its way any more, and no webhook looks for what was said. */
async function settled(): Promise<void> {
  await queryRows(given.rig.database.url, 'UPDATE webhooks SET enabled = 0');
  for (const jobs of UNDER_WAY) {
    await eventually(`nothing waits in ${jobs}`, async () => {
      const [row] = await queryRows(given.rig.database.url, `SELECT COUNT(*) AS n FROM ${jobs}`);
      return row?.['n'] === 0;
    });
  }
}

it('knows the changes', () => {
  expect(changingMethods().length).toBeGreaterThan(80);
});

describe.each(changingMethods())('%s', (path) => {
  const change: Work = (signal) => given.call(path, requestOf(path, roomId), signal);

  it('begins no statement for who is gone', async () => {
    for (let nth = 1; ; nth += 1) {
      const held = await given.changeSentAfter(nth, change);
      if (held === undefined) break;
      expect(held.after, `after ${held.statement}`).toEqual([]);
    }
  });
});
