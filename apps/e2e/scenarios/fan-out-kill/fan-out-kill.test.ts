import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, longRun, openTransaction } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { Befriended } from '../../src/befriended.js';
import { useCluster } from '../../src/scenario.js';

const FRIENDS = 5_000;
const OLD_POSTS = 200;
/** InnoDB shows its transactions as they were when it was last asked, unless that was more than 100 ms ago. */
const LOOK_AGAIN_MS = 150;
/** Timelines that are read as their users read them, of all of which the rows are. */
const READ_EVERY = longRun() ? 1 : 20;

const cluster = useCluster({ connect: 0 });

/** What a transaction of the test holds, so that the step that is to write there waits. */
type Hold = readonly [sql: string, ...values: (string | number)[]];

interface Murder {
  readonly hold: Hold;
  readonly kind: 'fan-out' | 'back-fill';
  readonly authorId: string;
  /** Orders the job. */
  readonly order: () => Promise<unknown>;
  /** While the node is dead and nobody else can have gone on. */
  readonly whenDead: () => Promise<void>;
}

/** Kills the node that has the job while it is in the middle of a step. Resolves with its place and what it had written of the step. */
async function killInTheMiddle(
  crowd: Befriended,
  { hold: [sql, ...values], kind, authorId, order, whenDead }: Murder,
): Promise<{ readonly dead: number; readonly rows: number }> {
  const held = await openTransaction(cluster().database.rootUrl);
  try {
    await held.write(sql, values);
    await order();
    const rows = await eventually('a step waits', () => written(crowd));
    const dead = (await crowd.ownerOf(kind, authorId)) === 'logic-1' ? 0 : 1;
    await cluster().logicAt(dead).process.kill();
    await whenDead();
    return { dead, rows };
  } finally {
    held.end();
  }
}

/** Rows that the step has written that waits for what is held. */
async function written(crowd: Befriended): Promise<number> {
  await sleep(LOOK_AGAIN_MS);
  const [row] = await crowd.rows(
    `SELECT MAX(t.trx_rows_modified) AS n FROM information_schema.innodb_trx t
     JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
     WHERE t.trx_state = 'LOCK WAIT' AND p.db = ?`,
    cluster().database.name,
  );
  return Number(row?.['n'] ?? 0);
}

const friendIds = Array.from({ length: FRIENDS }, (_, n) => `friend-${String(n).padStart(4, '0')}`);
const through = (node: number) => new Befriended(cluster(), cluster().app, 'star', friendIds, node);

it('brings a post to every friend once, though its node is killed in the middle of the fan-out', async () => {
  const crowd = through(0);
  await crowd.gather();
  // Neighbours with something in their timelines, so that nobody else's is held with that of the one in the middle.
  const middle = FRIENDS / 2 + 100;
  const neighbours = friendIds.slice(middle - 1, middle + 2);
  const own = new Map<string, string>();
  for (const id of neighbours) own.set(id, await crowd.post('mine', id));
  await crowd.settled();
  let postId = '';
  const { dead, rows } = await killInTheMiddle(crowd, {
    hold: [
      'SELECT post_id FROM timeline_refs WHERE app_id = ? AND user_id = ? FOR UPDATE',
      'demo',
      friendIds[middle] ?? '',
    ],
    kind: 'fan-out',
    authorId: 'star',
    order: async () => (postId = await crowd.post('for everybody')),
    whenDead: async () => {
      // Whole steps, and the author's own.
      expect(await crowd.holders(postId)).toBe(FRIENDS / 2 + 1);
    },
  });
  expect(rows).toBeGreaterThan(0);
  const other = through(1 - dead);
  await other.settled();
  const all = await other.rows('SELECT user_id FROM timeline_refs WHERE post_id = ?', postId);
  expect(all.map((row) => String(row['user_id'])).sort()).toEqual([...friendIds, 'star']);
  const readers = friendIds.filter((id, n) => !own.has(id) && n % READ_EVERY === 0);
  expect(await other.strays(readers, [postId])).toEqual([]);
  for (const [id, mine] of own) expect(await other.strays([id], [mine, postId])).toEqual([]);
  await cluster().logicAt(dead).process.start();
  crowd.close();
  other.close();
});

it('brings posts of a new friend once, though their node is killed in the middle of the back-fill', async () => {
  const crowd = new Befriended(cluster(), cluster().app, 'old', [], 0);
  await crowd.backEnd.upsert('old', 'fresh');
  const ids = Array.from({ length: OLD_POSTS }, (_, n) => `old-${String(n).padStart(3, '0')}`);
  const audience = JSON.stringify({ kind: 'friends', userIds: [], tags: [] });
  const posts = ids.map((id, n) => `('demo', '${id}', 'old', '', '${audience}', ${n + 1})`);
  await crowd.rows(
    `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms) VALUES ${posts.join(', ')}`,
  );
  const middle = OLD_POSTS / 2;
  const arrived = 'SELECT post_id FROM timeline_refs WHERE user_id = ?';
  const { dead, rows } = await killInTheMiddle(crowd, {
    hold: [
      'INSERT INTO timeline_refs (app_id, user_id, created_ms, post_id, arrived_ms) VALUES (?, ?, ?, ?, 1)',
      'demo',
      'fresh',
      middle,
      ids[middle - 1] ?? '',
    ],
    kind: 'back-fill',
    authorId: 'old',
    order: () => crowd.befriend('fresh'),
    // All of it is one step.
    whenDead: async () => expect(await crowd.rows(arrived, 'fresh')).toEqual([]),
  });
  expect(rows).toBeGreaterThan(1);
  expect(rows).toBeLessThan(OLD_POSTS);
  const other = through(1 - dead);
  await other.settled();
  expect(await crowd.rows(arrived, 'fresh')).toHaveLength(OLD_POSTS);
  expect(await other.strays(['fresh'], ids)).toEqual([]);
  await cluster().logicAt(dead).process.start();
  crowd.close();
  other.close();
});
