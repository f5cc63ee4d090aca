import { MomentServiceDefinition as Moments } from '@queqiao/protocol/client';
import { openTransaction, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf } from '../rig/api-rig.js';
import { audience, MomentRig, says, type Person } from './moment-rig.js';

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
let ann: Person;
let bob: Person;
let carol: Person;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  moments = new MomentRig(rig, app);
});
afterAll(() => rig.stop());
/** Bob is a friend of ann's and carol's. */
beforeEach(async () => {
  ann = await moments.user('ann');
  bob = await moments.user('bob');
  carol = await moments.user('carol');
  await moments.befriend([ann, bob], [bob, carol]);
});

describe('who has a timeline', () => {
  const newer = (newerToken: string, limit = 0) =>
    bob.call(Moments, 'listNewPosts', { newerToken, limit });

  it('is told of what comes later, by steps', async () => {
    const { newerToken } = await bob.call(Moments, 'listTimeline', {});
    for (const text of ['a1', 'a2', 'a3']) await ann.post(text);
    await moments.settled();
    const first = await newer(newerToken, 2);
    const second = await newer(first.newerToken, 2);
    expect([first.more, second.more]).toEqual([true, false]);
    expect(new Set([...says(first.posts), ...says(second.posts)])).toEqual(
      new Set(['a1', 'a2', 'a3']),
    );
    await ann.post('a4');
    await moments.settled();
    const third = await newer(second.newerToken);
    expect(says(third.posts)).toContain('a4');
  });

  it('is told of what comes late, below what it has', async () => {
    await carol.post('new');
    await moments.settled();
    const page = await bob.call(Moments, 'listTimeline', {});
    const postId = await ann.post('late');
    // As if its fan-out had been slow: it is older than what the page shows.
    const older = 'created_ms = created_ms - 10000';
    await moments.rows(`UPDATE posts SET ${older} WHERE post_id = ?`, postId);
    await moments.settled();
    await moments.rows(
      `UPDATE timeline_refs SET ${older} WHERE post_id = ? AND user_id = ?`,
      postId,
      bob.id,
    );
    expect(says((await newer(page.newerToken)).posts)).toContain('late');
    expect((await bob.timeline()).indexOf('late')).toBe(1);
  });

  it('is told of what was written before the question, and committed after it', async () => {
    const { newerToken } = await bob.call(Moments, 'listTimeline', {});
    const postId = await ann.post('slow');
    await moments.settled();
    // As if the step that writes it were not over.
    const writing = await openTransaction(rig.database.url);
    try {
      const at = 'app_id = ? AND user_id = ? AND post_id = ?';
      const key = [app.appId, bob.id, postId];
      const [reference] = await moments.rows(`SELECT * FROM timeline_refs WHERE ${at}`, ...key);
      await moments.rows(`DELETE FROM timeline_refs WHERE ${at}`, ...key);
      const columns = 'app_id, user_id, created_ms, post_id, arrived_ms';
      const values = columns.split(', ').map((column) => reference?.[column] as string);
      const insert = `INSERT INTO timeline_refs (${columns}) VALUES (?, ?, ?, ?, ?)`;
      await writing.write(insert, values);
      const before = await newer(newerToken);
      expect(says(before.posts)).toEqual([]);
      await writing.commit();
      expect(says((await newer(before.newerToken)).posts)).toEqual(['slow']);
    } finally {
      writing.end();
    }
  });

  it('is not told of what is not for it, nor again of what came long before', async () => {
    const { newerToken } = await bob.call(Moments, 'listTimeline', {});
    await ann.post('secret', { audience: audience('EXCEPT', [bob.id]) });
    await ann.post('old');
    await moments.settled();
    expect(says((await newer(newerToken)).posts)).toEqual(['old']);
    const age = 'UPDATE timeline_refs SET arrived_ms = arrived_ms - 61000 WHERE user_id = ?';
    await moments.rows(age, bob.id);
    expect(says((await newer(newerToken)).posts)).toEqual([]);
  });

  it('names a token of this list', async () => {
    for (const token of ['', 'x', 'W10']) {
      expect((await failureOf(newer(token))).field).toBe('newer_token');
    }
  });
});
