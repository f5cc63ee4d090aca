import { MomentServiceDefinition as Moments, type Post } from '@queqiao/protocol/client';
import { createDatabase, type Database } from '@queqiao/store-mysql';
import { Registry, systemClock } from '@queqiao/runtime';
import { eventually, openTransaction, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf } from './api-rig.js';
import { audience, MomentRig, type Person } from './moment-rig.js';

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

const rows = (sql: string, ...values: (string | number)[]) =>
  queryRows(rig.database.url, sql, values);
/** Whatever was ordered is in the timelines. */
const settled = () =>
  eventually('jobs are done', async () => {
    const [row] = await rows('SELECT COUNT(*) AS n FROM moment_jobs');
    return row?.['n'] === 0;
  });
const says = (posts: readonly Post[]) => posts.map(({ content }) => content?.text);

/** The whole timeline by pages. */
async function timeline(who: Person, limit = 0): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for (let pageToken = ''; ;) {
    const page = await who.call(Moments, 'listTimeline', { pageToken, limit });
    texts.push(...says(page.posts));
    if (page.nextPageToken === '') return texts;
    pageToken = page.nextPageToken;
  }
}

describe('a timeline', () => {
  it('has own posts at once and those of friends soon, newest first, by pages of any size', async () => {
    await ann.post('a1');
    await bob.post('b1');
    await carol.post('c1');
    await ann.post('a2');
    expect(await timeline(ann)).toContain('a2');
    await settled();
    for (const limit of [1, 2, 3, 50]) {
      expect(await timeline(bob, limit)).toEqual(['a2', 'c1', 'b1', 'a1']);
      expect(await timeline(ann, limit)).toEqual(['a2', 'b1', 'a1']);
    }
  });

  it('shows what its reader may see when it is read', async () => {
    const edited = await ann.post('one');
    const secret = await ann.post('secret', { audience: audience('ONLY', [bob.id]) });
    const gone = await ann.post('gone');
    await settled();
    expect(await timeline(bob)).toEqual(['gone', 'secret', 'one']);
    await ann.edit(edited, 'two');
    await ann.setAudience(secret, audience('EXCEPT', [bob.id]));
    await ann.delete(gone);
    expect(await timeline(bob)).toEqual(['two']);
    await ann.act('blockUser', bob);
    expect(await timeline(bob)).toEqual([]);
    await ann.act('unblockUser', bob);
    await ann.updateFriend(bob, { hideMyPosts: true });
    expect(await timeline(bob)).toEqual([]);
    await ann.updateFriend(bob, { hideMyPosts: false });
    expect(await timeline(bob)).toEqual(['two']);
    await bob.act('deleteFriend', ann);
    expect([await timeline(bob), await bob.postsOf(ann)]).toEqual([[], []]);
  });

  it('leaves out whom its reader does not care for, who stays to be seen elsewhere', async () => {
    const postId = await ann.post('a');
    await carol.post('c');
    await settled();
    await bob.updateFriend(ann, { hideTheirPosts: true });
    expect(await timeline(bob)).toEqual(['c']);
    expect(await bob.postsOf(ann)).toEqual(['a']);
    expect((await bob.get(postId)).content?.text).toBe('a');
    await bob.updateFriend(ann, { hideTheirPosts: false });
    expect(await timeline(bob)).toEqual(['c', 'a']);
  });

  it('gets what was for others before', async () => {
    const postId = await ann.post('private', { audience: audience('PRIVATE') });
    await settled();
    expect(await timeline(bob)).toEqual([]);
    await ann.setAudience(postId, audience('FRIENDS'));
    await settled();
    expect(await timeline(bob)).toEqual(['private']);
  });

  it('gets posts of a new friend from before, each once', async () => {
    await ann.post('a1');
    await carol.post('c1');
    await moments.befriend([ann, carol]);
    await ann.post('a2');
    await settled();
    expect(await timeline(carol)).toEqual(['a2', 'c1', 'a1']);
    expect(await timeline(ann)).toEqual(['a2', 'c1', 'a1']);
    await ann.act('deleteFriend', carol);
    expect(await timeline(carol)).toEqual(['c1']);
    await moments.befriend([ann, carol]);
    await settled();
    expect(await timeline(carol)).toEqual(['a2', 'c1', 'a1']);
  });

  it('is scrolled without a hole or a repeat while posts come and go', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await ann.post(`a${n}`));
    await settled();
    const first = await bob.call(Moments, 'listTimeline', { limit: 2 });
    await ann.post('new');
    await ann.delete(ids[3] ?? '');
    await settled();
    const request = { limit: 50, pageToken: first.nextPageToken };
    const rest = await bob.call(Moments, 'listTimeline', request);
    expect([...says(first.posts), ...says(rest.posts)]).toEqual(['a5', 'a4', 'a2', 'a1', 'a0']);
    expect(rest).toMatchObject({ nextPageToken: '', newerToken: '' });
  });
});

describe('who has a timeline', () => {
  const newer = (newerToken: string, limit = 0) =>
    bob.call(Moments, 'listNewPosts', { newerToken, limit });

  it('is told of what comes later, by steps', async () => {
    const { newerToken } = await bob.call(Moments, 'listTimeline', {});
    for (const text of ['a1', 'a2', 'a3']) await ann.post(text);
    await settled();
    const first = await newer(newerToken, 2);
    const second = await newer(first.newerToken, 2);
    expect([first.more, second.more]).toEqual([true, false]);
    expect(new Set([...says(first.posts), ...says(second.posts)])).toEqual(
      new Set(['a1', 'a2', 'a3']),
    );
    await ann.post('a4');
    await settled();
    const third = await newer(second.newerToken);
    expect(says(third.posts)).toContain('a4');
  });

  it('is told of what comes late, below what it has', async () => {
    await carol.post('new');
    await settled();
    const page = await bob.call(Moments, 'listTimeline', {});
    const postId = await ann.post('late');
    // As if its fan-out had been slow: it is older than what the page shows.
    const older = 'created_ms = created_ms - 10000';
    await rows(`UPDATE posts SET ${older} WHERE post_id = ?`, postId);
    await settled();
    await rows(
      `UPDATE timeline_refs SET ${older} WHERE post_id = ? AND user_id = ?`,
      postId,
      bob.id,
    );
    expect(says((await newer(page.newerToken)).posts)).toContain('late');
    expect((await timeline(bob)).indexOf('late')).toBe(1);
  });

  it('is told of what was written before the question, and committed after it', async () => {
    const { newerToken } = await bob.call(Moments, 'listTimeline', {});
    const postId = await ann.post('slow');
    await settled();
    // As if the step that writes it were not over.
    const writing = await openTransaction(rig.database.url);
    try {
      const at = 'app_id = ? AND user_id = ? AND post_id = ?';
      const key = [app.appId, bob.id, postId];
      const [reference] = await rows(`SELECT * FROM timeline_refs WHERE ${at}`, ...key);
      await rows(`DELETE FROM timeline_refs WHERE ${at}`, ...key);
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
    await settled();
    expect(says((await newer(newerToken)).posts)).toEqual(['old']);
    const age = 'UPDATE timeline_refs SET arrived_ms = arrived_ms - 61000 WHERE user_id = ?';
    await rows(age, bob.id);
    expect(says((await newer(newerToken)).posts)).toEqual([]);
  });

  it('names a token of this list', async () => {
    for (const token of ['', 'x', 'W10']) {
      expect((await failureOf(newer(token))).field).toBe('newer_token');
    }
  });
});

describe('a node that stops in the middle of a fan-out', () => {
  const FRIENDS = 1_200;

  it('is followed by another, which finishes it: every timeline has the post once', async () => {
    const other = await ApiRig.start(0);
    const shop = await other.createApp('demo');
    const database = openDatabase(other);
    const stopped = new StoppedNode(database);
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

/** The stores of a node that is stopped after one step of a job: what it had begun neither ends nor fails until it goes on. */
class StoppedNode {
  ended = false;
  goOn: () => void = () => undefined;
  readonly #gone = new Promise<void>((resolve) => (this.goOn = resolve));
  #steps = 0;

  constructor(private readonly stores: Database) {}

  get database(): Database {
    const { momentJobs } = this.stores;
    return {
      ...this.stores,
      momentJobs: {
        claimDue: (claim) => (this.#steps === 0 ? momentJobs.claimDue(claim) : Promise.resolve([])),
        backlog: () => momentJobs.backlog(),
        advance: async (job) => {
          this.#steps += 1;
          if (this.#steps === 1) return momentJobs.advance(job);
          await this.#gone;
          const done = await momentJobs.advance(job);
          this.ended = true;
          return done;
        },
      },
    };
  }
}

function openDatabase({ database, logger }: ApiRig): Database {
  return createDatabase({
    url: database.url,
    poolSize: 4,
    appendPoolSize: 2,
    statementTimeoutMs: 8_000,
    tenantGuard: true,
    clock: systemClock,
    logger,
    metrics: new Registry(),
  });
}
