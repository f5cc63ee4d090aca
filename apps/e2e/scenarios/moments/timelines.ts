import {
  CommentServiceDefinition as Comments,
  MomentServiceDefinition as Moments,
} from '@queqiao/protocol/client';
import { eventually, type TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend, part } from '../../src/stage/befriend.js';
import { useStage } from '../../src/stage/stage.js';
import { changed, comesTo, noticed, post, textsOf, timelineOf } from './moment-reads.js';

export function timelines(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'timelines');
  let newerToken = '';

  it('have own posts at once and those of friends soon, newest first, and no others', async () => {
    const [alice, bob, carol] = stage().cast;
    await befriend(alice, bob);
    await post(alice, 'a1');
    await post(carol, 'c1');
    await post(bob, 'b1');
    expect(textsOf(await timelineOf(bob))[0]).toBe('b1');
    await comesTo(bob, 'b1', 'a1');
    await comesTo(alice, 'b1', 'a1');
    await comesTo(carol, 'c1');
  });

  it('are scrolled without a hole or a repeat while posts come and go', async () => {
    const [alice, bob] = stage().cast;
    const postId = await post(alice, 'a2');
    await post(alice, 'a3');
    await comesTo(bob, 'a3', 'a2', 'b1', 'a1');
    const first = await bob.phone.call(Moments, 'listTimeline', { limit: 1 });
    ({ newerToken } = first);
    await post(alice, 'a4');
    await alice.does(Moments, 'deletePost', { postId });
    await changed(alice, postId, true);
    const request = { pageToken: first.nextPageToken };
    const rest = await bob.reads(Moments, 'listTimeline', request);
    expect(textsOf([...first.posts, ...rest.posts])).toEqual(['a3', 'b1', 'a1']);
    expect(textsOf(await timelineOf(bob, 1)).slice(-3)).toEqual(['a3', 'b1', 'a1']);
  });

  it('are pulled down for what has come since', async () => {
    const [, bob] = stage().cast;
    await comesTo(bob, 'a4', 'a3', 'b1', 'a1');
    const answer = await bob.desk.call(Moments, 'listNewPosts', { newerToken });
    expect(textsOf(answer.posts)).toContain('a4');
    expect(answer).toMatchObject({ more: false });
  });

  it('show likes and comments with each post', async () => {
    const [alice, bob] = stage().cast;
    const [newest] = await timelineOf(bob);
    const postId = newest?.postId ?? '';
    await bob.does(Comments, 'likePost', { postId });
    await changed(bob, postId);
    await noticed(alice, 'LIKE', 'bob', postId);
    await bob.does(Comments, 'createComment', { postId, text: 'lovely' });
    await changed(bob, postId);
    await noticed(alice, 'COMMENT', 'bob', postId);
    const [shown] = await timelineOf(alice);
    expect(shown).toMatchObject({
      likes: { count: 1, mine: false, userIds: ['bob'] },
      comments: { count: 1, comments: [{ authorId: 'bob', text: 'lovely' }] },
    });
  });

  it('get posts of a new friend from before, and lose those of a former one', async () => {
    const [alice, bob, carol] = stage().cast;
    await befriend(bob, carol);
    await eventually('carol has what bob posted', async () => {
      return textsOf(await timelineOf(carol)).includes('b1');
    });
    expect(textsOf(await timelineOf(carol))).toEqual(['b1', 'c1']);
    await part(bob, alice);
    expect(textsOf(await timelineOf(bob))).toEqual(['b1', 'c1']);
    expect(textsOf(await timelineOf(alice))).toEqual(['a4', 'a3', 'a1']);
  });
}
