import { MomentServiceDefinition as Moments, PostsRange } from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf } from '../rig/api-rig.js';
import { audience, MomentRig, says, type Person } from './moment-rig.js';

const inOrder = (a = '', b = ''): number => (a < b ? -1 : 1);

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
/** With more friends than posts are written out to: bob, carol and dora. */
let star: Person;
let bob: Person;
let carol: Person;
let dora: Person;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { maxFanOutFriends: 2, maxPostsPerDay: 20 });
  moments = new MomentRig(rig, app);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  star = await moments.user('star');
  bob = await moments.user('bob');
  carol = await moments.user('carol');
  dora = await moments.user('dora');
  await moments.befriend([star, bob], [star, carol], [star, dora], [bob, carol]);
});

/** How timelines come to what the author posted, oldest first. */
const spreads = async (author: Person) =>
  (
    await moments.rows(
      'SELECT spread FROM posts WHERE author_id = ? ORDER BY created_ms, post_id',
      author.id,
    )
  ).map((row) => row['spread']);
const holders = async (postId: string) =>
  (
    await moments.rows('SELECT user_id FROM timeline_refs WHERE post_id = ? ORDER BY 1', postId)
  ).map((row) => row['user_id']);

describe('a post of a big account', () => {
  it('is in every friend’s timeline without references, among others by time', async () => {
    await bob.post('b1');
    const postId = await star.post('s1');
    await carol.post('c1');
    await star.post('s2');
    expect(await star.timeline()).toContain('s2');
    await moments.settled();
    expect(await holders(postId)).toEqual([star.id]);
    for (const limit of [1, 2, 3, 50]) {
      expect(await bob.timeline(limit)).toEqual(['s2', 'c1', 's1', 'b1']);
      expect(await dora.timeline(limit)).toEqual(['s2', 's1']);
    }
    expect(await star.timeline(1)).toEqual(['s2', 'c1', 's1', 'b1']);
  });

  it('stays what it was made as, whichever way the account crosses the limit', async () => {
    const [eve, fay] = [await moments.user('eve'), await moments.user('fay')];
    await moments.befriend([eve, bob], [eve, carol]);
    await eve.post('e1');
    await moments.befriend([eve, fay]);
    await eve.post('e2');
    await fay.act('deleteFriend', eve);
    await eve.post('e3');
    await moments.befriend([eve, fay]);
    await eve.post('e4');
    await moments.settled();
    expect(await spreads(eve)).toEqual([0, 1, 0, 1]);
    for (const friend of [bob, carol, fay]) {
      for (const limit of [1, 2, 50]) {
        expect(await friend.timeline(limit)).toEqual(['e4', 'e3', 'e2', 'e1']);
      }
    }
  });

  it('is for whom its audience, settings, friendships and blocks say when it is read', async () => {
    const secret = await star.post('secret', { audience: audience('ONLY', [bob.id]) });
    const hidden = await star.post('hidden', { audience: audience('PRIVATE') });
    await moments.settled();
    expect([await bob.timeline(), await carol.timeline()]).toEqual([['secret'], []]);
    await star.setAudience(hidden, audience('FRIENDS'));
    await star.setAudience(secret, audience('EXCEPT', [bob.id]));
    expect([await bob.timeline(), await carol.timeline()]).toEqual([
      ['hidden'],
      ['hidden', 'secret'],
    ]);
    expect(await moments.rows('SELECT job_id FROM moment_jobs')).toEqual([]);
    await star.edit(hidden, 'said');
    await star.act('blockUser', bob);
    expect(await bob.timeline()).toEqual([]);
    await star.act('unblockUser', bob);
    expect(await bob.timeline()).toEqual(['said']);
    await bob.updateFriend(star, { hideTheirPosts: true });
    expect([await bob.timeline(), await bob.postsOf(star)]).toEqual([[], ['said']]);
    await bob.updateFriend(star, { hideTheirPosts: false });
    await star.updateFriend(bob, { hideMyPosts: true });
    expect(await bob.timeline()).toEqual([]);
    await star.delete(hidden);
    expect(await carol.timeline()).toEqual(['secret']);
  });

  it('is not seen by who looks back further than its author lets others', async () => {
    const postId = await star.post('old');
    await moments.settled();
    await moments.rows(
      'UPDATE posts SET created_ms = created_ms - 4 * 86400000 WHERE post_id = ?',
      postId,
    );
    await star.post('new');
    expect(await bob.timeline()).toEqual(['new', 'old']);
    await star.setPostsRange(PostsRange.THREE_DAYS);
    expect(await bob.timeline()).toEqual(['new']);
  });

  it('comes with a friendship and goes with it', async () => {
    const eve = await moments.user('eve');
    await star.post('s1');
    await moments.settled();
    await moments.befriend([star, eve]);
    await moments.settled();
    expect(await eve.timeline()).toEqual(['s1']);
    await eve.act('deleteFriend', star);
    expect(await eve.timeline()).toEqual([]);
    const sources = 'SELECT author_id FROM timeline_sources WHERE user_id = ?';
    expect(await moments.rows(sources, eve.id)).toEqual([]);
    const { newerToken } = await eve.call(Moments, 'listTimeline', {});
    await star.post('s2');
    await moments.befriend([star, eve]);
    await moments.settled();
    expect(await eve.timeline()).toEqual(['s2', 's1']);
    const { posts } = await eve.call(Moments, 'listNewPosts', { newerToken });
    expect(says(posts).sort(inOrder)).toEqual(['s1', 's2']);
  });
});

describe('a timeline with sources', () => {
  it('is scrolled without a hole or a repeat while posts come and go', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      ids.push(await (n % 2 === 0 ? star : carol).post(`p${n}`));
    }
    await moments.settled();
    const first = await bob.call(Moments, 'listTimeline', { limit: 2 });
    await star.post('new');
    await carol.post('newer');
    await star.delete(ids[2] ?? '');
    await carol.delete(ids[3] ?? '');
    await moments.settled();
    const texts = says(first.posts);
    for (let pageToken = first.nextPageToken; pageToken !== '';) {
      const page = await bob.call(Moments, 'listTimeline', { limit: 1, pageToken });
      texts.push(...says(page.posts));
      pageToken = page.nextPageToken;
    }
    expect(texts).toEqual(['p5', 'p4', 'p1', 'p0']);
    expect(await bob.timeline(2)).toEqual(['newer', 'new', 'p5', 'p4', 'p1', 'p0']);
  });

  it('tells what is new of either kind, by steps', async () => {
    await star.post('before');
    await moments.settled();
    await moments.rows('UPDATE timeline_sources SET arrived_ms = arrived_ms - 61000');
    await moments.rows('UPDATE posts SET created_ms = created_ms - 70000');
    const { newerToken } = await bob.call(Moments, 'listTimeline', {});
    await star.post('s1');
    await carol.post('c1');
    await star.post('s2', { audience: audience('EXCEPT', [bob.id]) });
    await star.post('s3');
    await moments.settled();
    const texts: (string | undefined)[] = [];
    for (let token = newerToken, more = true; more;) {
      const step = await bob.call(Moments, 'listNewPosts', { newerToken: token, limit: 2 });
      texts.push(...says(step.posts));
      [token, more] = [step.newerToken, step.more];
    }
    // Each once.
    expect(texts.sort(inOrder)).toEqual(['c1', 's1', 's3']);
  });
});

it('posts of a user are as many in a day as the app allows', async () => {
  const quick = await moments.user('quick');
  for (let n = 0; n < 20; n += 1) await quick.post(`p${n}`);
  const failure = await failureOf(quick.post('one more'));
  expect([failure.code, failure.field]).toEqual(['LIMIT_EXCEEDED', 'maxPostsPerDay']);
});
