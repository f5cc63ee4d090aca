import {
  Image,
  LinkCard,
  MomentServiceDefinition as Moments,
  PostContent,
  Video,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend } from '../../src/stage/befriend.js';
import { useStage } from '../../src/stage/stage.js';
import { changed, noticed, post, postsOf, saying } from './moment-reads.js';

const NO_POST = 'NOT_FOUND post_id';

export function posts(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'posts');

  it('have text, nine pictures, a place, a link and who is mentioned, in detail for friends', async () => {
    const [alice, bob, carol] = stage().cast;
    await befriend(alice, bob);
    const images = Array.from({ length: 9 }, (_, n) =>
      Image.create({ url: `https://media.example/${n}.jpg`, width: 3, height: 2 }),
    );
    const content = PostContent.create({
      text: '西湖 at dusk',
      images,
      location: { latitude: 30.25, longitude: 120.15, name: 'West Lake', address: '' },
      link: LinkCard.create({ url: 'https://lake.example', title: 'The lake' }),
      mentionedUserIds: ['bob'],
    });
    const { postId, createdMs } = await alice.does(Moments, 'createPost', { content });
    await changed(alice, postId);
    await noticed(bob, 'MENTION', 'alice', postId);
    for (const person of [alice, bob]) {
      const { post: shown } = await person.reads(Moments, 'getPost', { postId });
      expect(shown).toMatchObject({ postId, authorId: 'alice', content, createdMs, editedMs: 0 });
    }
    expect(await carol.refused(Moments, 'getPost', { postId })).toBe(NO_POST);
  });

  it('have one video instead', async () => {
    const [alice, bob] = stage().cast;
    const video = Video.create({ url: 'https://media.example/a.mp4', durationMs: 9_000 });
    const content = PostContent.create({ video });
    const { postId } = await alice.does(Moments, 'createPost', { content });
    await changed(alice, postId);
    const { post: shown } = await bob.reads(Moments, 'getPost', { postId });
    expect(shown?.content).toEqual(content);
  });

  it('are edited, and say so; who is mentioned by that is told', async () => {
    const [alice, bob] = stage().cast;
    const postId = await post(alice, 'draft');
    const content = PostContent.create({ ...saying('final'), mentionedUserIds: ['bob'] });
    const answer = await alice.does(Moments, 'editPost', { postId, content });
    await changed(alice, postId);
    await noticed(bob, 'MENTION', 'alice', postId);
    expect(answer.revision).toBe(1);
    const { post: shown } = await bob.reads(Moments, 'getPost', { postId });
    expect(shown).toMatchObject({ content: { text: 'final' }, ...answer });
    expect(await bob.refused(Moments, 'editPost', { postId, content })).toBe(NO_POST);
  });

  it('are gone for everybody once they are deleted', async () => {
    const [alice, bob] = stage().cast;
    const postId = await post(alice, 'regretted');
    expect(await bob.refused(Moments, 'deletePost', { postId })).toBe(NO_POST);
    await alice.does(Moments, 'deletePost', { postId });
    await changed(alice, postId, true);
    for (const person of [alice, bob]) {
      expect(await person.refused(Moments, 'getPost', { postId })).toBe(NO_POST);
      expect(await postsOf(person, 'alice')).not.toContain('regretted');
    }
  });

  it('of one person are listed newest first, page by page', async () => {
    const [alice, bob, carol] = stage().cast;
    for (const text of ['b1', 'b2', 'b3']) await post(bob, text);
    const read: (string | undefined)[] = [];
    for (let pageToken = ''; ;) {
      const request = { userId: 'bob', limit: 2, pageToken };
      const page = await alice.reads(Moments, 'listPosts', request);
      expect(page.posts.length).toBeLessThanOrEqual(2);
      read.push(...page.posts.map(({ content }) => content?.text));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(read).toEqual(['b3', 'b2', 'b1']);
    expect(await postsOf(carol, 'bob')).toEqual([]);
  });
}
