import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BACK_FILL_MAX_POSTS, type Database } from '../../src/index.js';
import { MomentRig } from './moment-rig.js';
import { addUsers, app, StoreRig } from '../rig/store-rig.js';

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

describe('a back-fill', () => {
  it('gives both sides the newest posts of the other that are there', async () => {
    const times = Array.from({ length: BACK_FILL_MAX_POSTS + 2 }, (_, n) => n + 1);
    const ids = await moments.addPosts(a, times);
    const gone = ids[100] ?? '';
    await rig.rows('UPDATE posts SET state = 1 WHERE app_id = ? AND post_id = ?', [app, gone]);
    const own = await moments.post(b);
    await rig.root.query('DELETE FROM moment_jobs');
    await moments.bond();
    await moments.workOff();
    expect(await moments.holders(own)).toEqual([a, b].sort());
    const found = await rig.rows<{ post_id: string }>(
      'SELECT post_id FROM timeline_refs WHERE app_id = ? AND user_id = ? AND post_id <> ? ORDER BY created_ms',
      [app, b, own],
    );
    expect(found.map((row) => row.post_id)).toEqual(ids.slice(2).filter((id) => id !== gone));
  });

  it('and a friendship of the same moment do not miss each other', async () => {
    for (let times = 0; times < 5; times += 1) {
      const [from, to] = [`x${moments.round}-${times}`, `y${moments.round}-${times}`];
      await addUsers(db, from, to);
      const drained = (async () => {
        for (let looks = 0; looks < 5; looks += 1) await moments.workOff();
      })();
      const [postId] = await Promise.all([moments.post(from), moments.bond(from, to), drained]);
      await moments.workOff();
      expect(await moments.holders(postId)).toEqual([from, to]);
    }
  });
});
