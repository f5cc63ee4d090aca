import { parseAppId, parseUserId } from '@queqiao/domain';
import {
  Image,
  LinkCard,
  MomentServiceDefinition as Moments,
  PostContent,
  PostsRange,
  UserServiceDefinition as Users,
  type Content,
} from '@queqiao/protocol/client';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';
import { audience, MomentRig, saying, type Person } from './moment-rig.js';

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
let ann: Person;
let bob: Person;
let carol: Person;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { maxPostTextBytes: 100 });
  moments = new MomentRig(rig, app);
});
afterAll(() => rig.stop());
/** Bob and carol are friends of ann's, not of each other. */
beforeEach(async () => {
  ann = await moments.user('ann');
  bob = await moments.user('bob');
  carol = await moments.user('carol');
  await moments.befriend([ann, bob], [ann, carol]);
});

const NO_POST = { code: 'NOT_FOUND', field: 'post_id' };

async function told(who: Person): Promise<Content['body'][]> {
  const device = await rig.signedIn(app, who.id, 1);
  const { entries } = await device.pull({ conversationId: `s:${who.id}` });
  const bodies = entries.map(({ content }) => content?.body);
  return bodies.filter((body) => body?.$case === 'postChanged');
}

/** Which of the three see it, in detail and among the author's posts: that they agree is part of the rule. */
async function viewers(postId: string, text: string): Promise<string[]> {
  const names: string[] = [];
  for (const [name, who] of Object.entries({ ann, bob, carol })) {
    const listed = (await who.postsOf(ann)).includes(text);
    const got = await who.get(postId).catch(() => null);
    expect(got !== null).toBe(listed);
    if (listed) names.push(name);
  }
  return names;
}

describe('a post', () => {
  it('is seen by friends with everything in it, and by its author with whom it is for', async () => {
    const content = PostContent.create({
      text: 'at the lake',
      images: [Image.create({ url: 'https://media.example/1.jpg', width: 3 })],
      location: { latitude: 30.25, longitude: 120.15, name: 'West Lake', address: '' },
      link: LinkCard.create({ url: 'https://lake.example', title: 'The lake' }),
      mentionedUserIds: [bob.id],
    });
    const request = { clientRequestId: newId(), content, audience: audience('ONLY', [bob.id]) };
    const { postId, createdMs } = await ann.call(Moments, 'createPost', request);
    const written = { postId, authorId: ann.id, content, createdMs, editedMs: 0, revision: 0 };
    const likes = { count: 0, countIsBound: false, mine: false, userIds: [] };
    const comments = { count: 0, countIsBound: false, comments: [] };
    const post = { ...written, likes, comments, shareCount: 0 };
    expect(await bob.get(postId)).toEqual({ ...post, audience: undefined });
    expect(await ann.get(postId)).toEqual({ ...post, audience: audience('ONLY', [bob.id]) });
    expect(await failureOf(carol.get(postId))).toEqual(NO_POST);
  });

  it('is made once, however often it is asked for, by whichever node', async () => {
    const clientRequestId = newId();
    const again = await rig.calls(app, ann.id, 1);
    const request = { clientRequestId, content: saying('once') };
    const answers = [
      await ann.call(Moments, 'createPost', request),
      await again(Moments, 'createPost', request),
    ];
    expect(answers[1]).toEqual(answers[0]);
    expect(await ann.postsOf(ann)).toEqual(['once']);
    const other = ann.call(Moments, 'deletePost', { ...request, postId: answers[0]?.postId ?? '' });
    const taken = { code: 'ALREADY_EXISTS', field: 'client_request_id' };
    expect(await failureOf(other)).toEqual(taken);
  });

  it('is edited, marked as such, and told to its author’s devices', async () => {
    const postId = await ann.post('one');
    const { editedMs, revision } = await ann.edit(postId, 'two');
    expect(revision).toBe(1);
    expect(await bob.get(postId)).toMatchObject({ content: { text: 'two' }, editedMs, revision });
    expect(editedMs).toBeGreaterThan(0);
    expect(await ann.edit(postId, 'two')).toEqual({ editedMs, revision });
    const change = { $case: 'postChanged', value: { postId, removed: false } };
    expect(await told(ann)).toEqual([change, change]);
    expect(await told(bob)).toEqual([]);
  });

  it('is gone for everybody once it is deleted, its content too', async () => {
    const postId = await ann.post('secret');
    await ann.delete(postId);
    for (const who of [ann, bob]) expect(await failureOf(who.get(postId))).toEqual(NO_POST);
    expect(await ann.postsOf(ann)).toEqual([]);
    for (const call of [ann.edit(postId, 'x'), ann.delete(postId)]) {
      expect(await failureOf(call)).toEqual(NO_POST);
    }
    expect((await told(ann)).at(-1)).toMatchObject({ value: { postId, removed: true } });
    await rig.withStores(async ({ posts }) => {
      const stored = await posts.post(parseAppId(app.appId), parseUserId(ann.id), postId);
      expect(stored?.post).toMatchObject({ state: 'deleted', audience: { kind: 'private' } });
      expect(stored?.post).toMatchObject({ mentions: [] });
      expect(stored?.post.content).toHaveLength(0);
    });
  });

  it('of somebody else is changed by nobody, and answers like none', async () => {
    const postId = await ann.post('mine');
    for (const id of [postId, 'nosuch']) {
      expect(await failureOf(bob.edit(id, 'x'))).toEqual(NO_POST);
      expect(await failureOf(bob.delete(id))).toEqual(NO_POST);
      expect(await failureOf(bob.setAudience(id, audience('PRIVATE')))).toEqual(NO_POST);
    }
    expect((await ann.get(postId)).content?.text).toBe('mine');
  });

  it('beyond a limit of the app names the field', async () => {
    const long = failureOf(ann.post('x'.repeat(101)));
    expect(await long).toEqual({ code: 'LIMIT_EXCEEDED', field: 'content.text' });
    const edited = ann.edit(await ann.post('x'), 'x'.repeat(101));
    expect(await failureOf(edited)).toEqual({ code: 'LIMIT_EXCEEDED', field: 'content.text' });
  });
});

describe('who sees a post', () => {
  it('follows its audience, and a change of it at once', async () => {
    await ann.updateFriend(carol, { tags: { tags: ['work'] } });
    const postId = await ann.post('p', { audience: audience('PRIVATE') });
    const cases: [ReturnType<typeof audience>, string[]][] = [
      [audience('FRIENDS'), ['ann', 'bob', 'carol']],
      [audience('ONLY', [bob.id]), ['ann', 'bob']],
      [audience('ONLY', [], ['work']), ['ann', 'carol']],
      [audience('EXCEPT', [bob.id]), ['ann', 'carol']],
      [audience('EXCEPT', [], ['work']), ['ann', 'bob']],
      [audience('EXCEPT', [bob.id], ['work']), ['ann']],
    ];
    expect(await viewers(postId, 'p')).toEqual(['ann']);
    for (const [to, seeing] of cases) {
      await ann.setAudience(postId, to);
      expect(await viewers(postId, 'p')).toEqual(seeing);
    }
  });

  it('follows tags as they are when it is read', async () => {
    const postId = await ann.post('p', { audience: audience('ONLY', [], ['work']) });
    expect(await viewers(postId, 'p')).toEqual(['ann']);
    await ann.updateFriend(bob, { tags: { tags: ['work'] } });
    expect(await viewers(postId, 'p')).toEqual(['ann', 'bob']);
    await ann.updateFriend(bob, { tags: { tags: [] } });
    expect(await viewers(postId, 'p')).toEqual(['ann']);
    // The viewer's own tags say nothing.
    await bob.updateFriend(ann, { tags: { tags: ['work'] } });
    expect(await viewers(postId, 'p')).toEqual(['ann']);
  });

  it('ends with the friendship and with a block of either side, and comes back', async () => {
    const postId = await ann.post('p');
    await bob.act('deleteFriend', ann);
    await carol.act('blockUser', ann);
    expect(await viewers(postId, 'p')).toEqual(['ann']);
    await moments.befriend([ann, bob]);
    await carol.act('unblockUser', ann);
    await ann.act('blockUser', bob);
    expect(await viewers(postId, 'p')).toEqual(['ann', 'carol']);
    await ann.act('unblockUser', bob);
    expect(await viewers(postId, 'p')).toEqual(['ann', 'bob', 'carol']);
  });

  it('is nobody from whom the author hides, until a friendship begins anew', async () => {
    const postId = await ann.post('p');
    const { friend } = await ann.updateFriend(bob, { hideMyPosts: true });
    expect(friend).toMatchObject({ hideMyPosts: true, hideTheirPosts: false });
    expect(await viewers(postId, 'p')).toEqual(['ann', 'carol']);
    await ann.updateFriend(bob, { remark: 'Bee' });
    expect(await viewers(postId, 'p')).toEqual(['ann', 'carol']);
    // What the other side does not care for is not kept from it.
    await carol.updateFriend(ann, { hideTheirPosts: true });
    expect(await viewers(postId, 'p')).toEqual(['ann', 'carol']);
    await bob.act('deleteFriend', ann);
    await moments.befriend([ann, bob]);
    expect(await viewers(postId, 'p')).toEqual(['ann', 'bob', 'carol']);
  });

  it('follows the author’s range by the clock of the database', async () => {
    const postId = await ann.post('old');
    await ann.post('new');
    const set = (postsRange: PostsRange) =>
      ann.call(Users, 'updateMySettings', { clientRequestId: newId(), postsRange });
    const { settings } = await set(PostsRange.THREE_DAYS);
    expect(settings?.postsRange).toBe(PostsRange.THREE_DAYS);
    expect(await viewers(postId, 'old')).toEqual(['ann', 'bob', 'carol']);
    const older = 'UPDATE posts SET created_ms = created_ms - 259200001 WHERE post_id = ?';
    await queryRows(rig.database.url, older, [postId]);
    expect(await viewers(postId, 'old')).toEqual(['ann']);
    expect(await bob.postsOf(ann)).toEqual(['new']);
    await set(PostsRange.ONE_MONTH);
    expect(await viewers(postId, 'old')).toEqual(['ann', 'bob', 'carol']);
  });
});

describe('posts of one user', () => {
  it('are the same by pages of any size, newest first', async () => {
    const texts = Array.from({ length: 7 }, (_, n) => `p${n}`);
    for (const text of texts) {
      const only = audience('ONLY', [Number(text.slice(1)) % 2 === 0 ? bob.id : carol.id]);
      await ann.post(text, { audience: only });
    }
    for (const limit of [1, 2, 3, 50]) {
      expect(await ann.postsOf(ann, limit)).toEqual([...texts].reverse());
      expect(await bob.postsOf(ann, limit)).toEqual(['p6', 'p4', 'p2', 'p0']);
      expect(await carol.postsOf(ann, limit)).toEqual(['p5', 'p3', 'p1']);
    }
  });

  it('are none for strangers, as if there were none or nobody', async () => {
    await ann.post('p');
    const stranger = await moments.user('dave');
    const asked = (userId: string) => stranger.call(Moments, 'listPosts', { userId, limit: 1 });
    expect(await asked(ann.id)).toEqual(await asked('nobody'));
    expect(await asked(ann.id)).toEqual({ posts: [], nextPageToken: '' });
  });
});
