import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/index.js';
import { all, MomentRig } from './moment-rig.js';
import { app, StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let moments: MomentRig;
let a = '';
let b = '';

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  moments = new MomentRig(rig, db);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  await moments.begin();
  [a, b] = [moments.a, moments.b];
});

describe('a timeline', () => {
  it('has references by the time of their posts, or in the order in which they came', async () => {
    const ids = ['p1', 'p2', 'p3', 'p4'].map((id) => `${id}-${moments.round}`);
    for (const [n, id] of ids.entries()) {
      await rig.root.query(
        `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms)
         VALUES (?, ?, ?, '', ?, ?)`,
        [app, id, a, JSON.stringify(all), n < 3 ? 5 : 4],
      );
      await rig.root.query('INSERT INTO timeline_refs VALUES (?, ?, ?, ?, ?)', [
        app,
        b,
        n < 3 ? 5 : 4,
        id,
        [10, 30, 10, 20][n],
      ]);
    }
    const page = async (before: { createdMs: number; postId: string } | null, limit: number) =>
      (await moments.page(b, before, limit)).map(({ post: { postId } }) => postId);
    expect(await page(null, 2)).toEqual([ids[2], ids[1]]);
    expect(await page({ createdMs: 5, postId: ids[1] ?? '' }, 5)).toEqual([ids[0], ids[3]]);
    const arrivals = async (arrivedMs: number, postId: string, limit: number) =>
      (await moments.arrived(b, { arrivedMs, postId }, limit)).map(
        ({ post: found, arrivedMs: at }) => `${at} ${found.postId}`,
      );
    expect(await arrivals(0, '', 2)).toEqual([`10 ${ids[0]}`, `10 ${ids[2]}`]);
    expect(await arrivals(10, ids[0] ?? '', 2)).toEqual([`10 ${ids[2]}`, `20 ${ids[3]}`]);
    expect(await arrivals(20, ids[3] ?? '', 9)).toEqual([`30 ${ids[1]}`]);
    expect(Math.abs((await db.timelines.nowMs()) - Date.now())).toBeLessThan(60_000);
  });
});
