import {
  FriendServiceDefinition as Friends,
  MomentServiceDefinition as Moments,
  PostsRange,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import { queryRows, type TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend, part } from '../../src/stage/befriend.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';
import { audience, changed, comesTo, post, postsOf } from './moment-reads.js';

const DAY_MS = 86_400_000;

export function audiences(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'audiences');

  /** Who sees it, in detail and among the author's posts. */
  async function viewers(postId: string, text: string): Promise<string[]> {
    const seeing: string[] = [];
    for (const person of stage().people) {
      const listed = (await postsOf(person, 'alice')).includes(text);
      if (listed) await person.reads(Moments, 'getPost', { postId });
      else expect(await person.refused(Moments, 'getPost', { postId })).toBe('NOT_FOUND post_id');
      if (listed) seeing.push(person.id);
    }
    return seeing;
  }

  async function note(who: Person, userId: string, change: object): Promise<void> {
    await who.does(Friends, 'updateFriend', { userId, ...change });
    await who.hears(who.feed, { by: who.id, friendChanged: { friend: { userId } } });
  }

  it('are all friends, oneself, some people or tags, or all but these, and may be changed', async () => {
    const [alice, bob, carol] = stage().cast;
    await befriend(alice, bob);
    await befriend(alice, carol);
    await note(alice, 'carol', { tags: { tags: ['work'] } });
    const postId = await post(alice, 'p', audience('PRIVATE'));
    expect(await viewers(postId, 'p')).toEqual(['alice']);
    for (const [to, seeing] of [
      [audience('FRIENDS'), ['alice', 'bob', 'carol']],
      [audience('ONLY', ['bob']), ['alice', 'bob']],
      [audience('ONLY', [], ['work']), ['alice', 'carol']],
      [audience('EXCEPT', ['bob']), ['alice', 'carol']],
      [audience('EXCEPT', [], ['work']), ['alice', 'bob']],
    ] as const) {
      await alice.does(Moments, 'setAudience', { postId, audience: to });
      await changed(alice, postId);
      expect(await viewers(postId, 'p')).toEqual(seeing);
    }
    expect(
      await bob.refused(Moments, 'setAudience', { postId, audience: audience('FRIENDS') }),
    ).toBe('NOT_FOUND post_id');
  });

  it('leave out from whom the author hides, and timelines those whom their reader does not care for', async () => {
    const [alice, bob] = stage().cast;
    await comesTo(bob, 'p');
    await note(bob, 'alice', { hideTheirPosts: true });
    await comesTo(bob);
    expect(await postsOf(bob, 'alice')).toEqual(['p']);
    await note(bob, 'alice', { hideTheirPosts: false });
    await note(alice, 'bob', { hideMyPosts: true });
    expect(await postsOf(bob, 'alice')).toEqual([]);
    await comesTo(bob);
    await note(alice, 'bob', { hideMyPosts: false });
    await comesTo(bob, 'p');
  });

  it('see as far back as the author lets them', async () => {
    const [alice, bob] = stage().cast;
    const postId = await post(alice, 'old');
    await comesTo(bob, 'old', 'p');
    const older = 'UPDATE posts SET created_ms = created_ms - ? WHERE app_id = ? AND post_id = ?';
    const values = [4 * DAY_MS, stage().app.appId, postId];
    await queryRows(cluster().database.rootUrl, older, values);
    const range = async (postsRange: PostsRange) => {
      await alice.does(Users, 'updateMySettings', { postsRange });
      await alice.hears('s:alice', { by: 'alice', profileChanged: { settings: { postsRange } } });
    };
    for (const [postsRange, seen] of [
      [PostsRange.THREE_DAYS, false],
      [PostsRange.ONE_MONTH, true],
      [PostsRange.SIX_MONTHS, true],
    ] as const) {
      await range(postsRange);
      expect((await postsOf(bob, 'alice')).includes('old')).toBe(seen);
      expect(await postsOf(alice, 'alice')).toContain('old');
    }
    await range(PostsRange.ALL);
  });

  it('end at once with a friendship, and with a block of either side', async () => {
    const [alice, bob, carol] = stage().cast;
    const postId = await post(alice, 'q');
    expect(await viewers(postId, 'q')).toEqual(['alice', 'bob', 'carol']);
    await part(bob, alice);
    expect(await viewers(postId, 'q')).toEqual(['alice', 'carol']);
    await carol.does(Friends, 'blockUser', { userId: 'alice' });
    await carol.hears('s:carol', { blockChanged: { userId: 'alice', blocked: true } });
    expect(await viewers(postId, 'q')).toEqual(['alice']);
    await carol.does(Friends, 'unblockUser', { userId: 'alice' });
    await carol.hears('s:carol', { blockChanged: { userId: 'alice', blocked: false } });
    expect(await viewers(postId, 'q')).toEqual(['alice', 'carol']);
  });
}
