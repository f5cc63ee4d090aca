import { eventually, queryRows } from '@queqiao/testkit';
import { describe, expect, it } from 'vitest';
import { ApiRig } from '../rig/api-rig.js';
import { openStores } from '../rig/own-stores.js';
import { MomentRig } from './moment-rig.js';
import { StoppedNode } from './stopped-node.js';

describe('a node that stops in the middle of a fan-out', () => {
  const FRIENDS = 1_200;

  it('is followed by another, which finishes it: every timeline has the post once', async () => {
    const other = await ApiRig.start(0);
    const shop = await other.createApp('demo');
    const database = openStores(other);
    const stopped = new StoppedNode(database, 'advance');
    try {
      await other.addNode({}, { database: stopped.database });
      const author = await new MomentRig(other, shop).user('ann');
      const ids = await friendsByRows(other, author.id);
      const postId = await author.post('p');
      const holders = async () => {
        const sql = 'SELECT user_id FROM timeline_refs WHERE post_id = ? ORDER BY user_id';
        const found = await queryRows(other.database.url, sql, [postId]);
        return found.map((row) => row['user_id'] as string);
      };
      await eventually('one step is done', async () => (await holders()).length > 1);
      expect((await holders()).length).toBeLessThan(FRIENDS);
      await other.addNode();
      await eventually('another node has finished', async () => {
        const jobs = await queryRows(other.database.url, 'SELECT job_id FROM moment_jobs');
        return jobs.length === 0;
      });
      expect(await holders()).toEqual([author.id, ...ids].sort());
      // The first one comes back to life, and finds nothing left to do.
      stopped.goOn();
      await eventually('its step has ended', () => Promise.resolve(stopped.ended));
      expect(await holders()).toHaveLength(FRIENDS + 1);
    } finally {
      stopped.goOn();
      await other.stop();
    }
  });

  async function friendsByRows(of: ApiRig, authorId: string): Promise<string[]> {
    const ids = Array.from({ length: FRIENDS }, (_, n) => `friend-${n}`);
    const values = ids.map((id, n) => `('demo', '${authorId}', '${id}', 1, '[]', 1, ${n})`);
    const columns = 'app_id, user_id, friend_id, active, tags, created_ms, feed_seq';
    const sql = `INSERT INTO friends (${columns}) VALUES ${values.join(', ')}`;
    await queryRows(of.database.url, sql);
    return ids;
  }
});
