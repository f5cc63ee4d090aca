import { FriendServiceDefinition as Friends } from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { useStage } from '../../src/stage/stage.js';
import { befriend, part } from '../../src/stage/befriend.js';

/** Friends that alice has besides; they have no devices. */
const OTHERS = ['dan', 'eve', 'fay', 'gil'];

export function friendLists(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'friend-lists', { maxFriends: 6 });
  let seen = 0;

  it('go page by page, by id, with all that is known of each friend', async () => {
    const [alice, bob, carol] = stage().cast;
    await befriend(alice, bob);
    await befriend(carol, alice);
    const { backEnd } = stage();
    await backEnd.upsert(...OTHERS);
    const pairs = OTHERS.map((userB) => ({ userA: 'alice', userB }));
    await backEnd.friends.addFriends({ clientRequestId: 'others', pairs }, backEnd.options);
    for (const userId of OTHERS) {
      await alice.hears('s:alice', { by: '', friendChanged: { friend: { userId } } });
      await alice.hears(`d:alice:${userId}`, { by: '', becameFriends: { requesterId: '' } });
    }
    const found: string[] = [];
    for (let pageToken = ''; ;) {
      const page = await alice.reads(Friends, 'listFriends', { limit: 4, pageToken });
      expect(page.friends.length).toBeLessThanOrEqual(4);
      found.push(...page.friends.map(({ userId }) => userId));
      if (pageToken === '') seen = page.feedSeq;
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(found).toEqual(['bob', 'carol', ...OTHERS]);
    const full = { userId: 'prompter' };
    const refusal = await alice.refused(Friends, 'sendFriendRequest', full);
    expect(refusal).toBe('LIMIT_EXCEEDED maxFriends');
  });

  it('take remarks and tags, which no other person sees', async () => {
    const [alice, bob] = stage().cast;
    const labels = { remark: '阿宝', tags: { tags: ['school', '足球'] } };
    const { friend } = await alice.does(Friends, 'updateFriend', { userId: 'bob', ...labels });
    expect(friend).toMatchObject({ userId: 'bob', remark: '阿宝', tags: ['school', '足球'] });
    await alice.hears('s:alice', { by: 'alice', friendChanged: { friend, removed: false } });
    const remark = 'Bao';
    const later = await alice.does(Friends, 'updateFriend', { userId: 'bob', remark });
    expect(later.friend).toMatchObject({ remark, tags: ['school', '足球'] });
    await alice.hears('s:alice', {
      friendChanged: { friend: { remark, tags: ['school', '足球'] } },
    });
    await alice.does(Friends, 'updateFriend', { userId: 'bob', tags: { tags: [] } });
    await alice.hears('s:alice', { friendChanged: { friend: { remark, tags: [] } } });
    // Nothing changes by it, and nobody is told.
    await alice.does(Friends, 'updateFriend', { userId: 'bob', remark });
    const { friends } = await bob.reads(Friends, 'listFriends', {});
    expect(friends).toMatchObject([{ userId: 'alice', remark: '', tags: [] }]);
    const stranger = { userId: 'prompter', remark };
    expect(await alice.refused(Friends, 'updateFriend', stranger)).toBe('NOT_FOUND user_id');
  });

  it('are searched by remark, nickname and id', async () => {
    const [alice] = stage().cast;
    const nickname = 'Caroline';
    const { users, options } = stage().backEnd;
    await users.upsertUsers({ users: [{ userId: 'carol', nickname }] }, options);
    await stage()
      .person('carol')
      .hears('s:carol', { by: '', profileChanged: { user: { nickname } } });
    const search = async (query: string) => {
      const { friends } = await alice.reads(Friends, 'searchFriends', { query });
      return friends.map(({ userId }) => userId);
    };
    expect(await search('ao')).toEqual(['bob']);
    expect(await search('OLIN')).toEqual(['carol']);
    expect(await search('fa')).toEqual(['fay']);
    expect(await search('nobody')).toEqual([]);
  });

  it('tell only what has changed since they were read, ends of friendships too', async () => {
    const [alice, bob, carol] = stage().cast;
    await part(bob, alice);
    const { backEnd } = stage();
    const pairs = [{ userA: 'alice', userB: 'gil' }];
    await backEnd.friends.removeFriends({ clientRequestId: 'gil', pairs }, backEnd.options);
    await alice.hears('s:alice', {
      by: '',
      friendChanged: { friend: { userId: 'gil' }, removed: true },
    });
    await alice.does(Friends, 'updateFriend', { userId: 'carol', remark: 'C' });
    await alice.hears('s:alice', { friendChanged: { friend: { userId: 'carol' } } });
    const changed = await alice.reads(Friends, 'listFriends', { sinceFeedSeq: seen });
    expect(changed.friends).toMatchObject([{ userId: 'carol', remark: 'C' }]);
    expect([...changed.removedUserIds].sort()).toEqual(['bob', 'gil']);
    const nothing = { friends: [], removedUserIds: [] };
    const { feedSeq } = changed;
    expect(await alice.reads(Friends, 'listFriends', { sinceFeedSeq: feedSeq })).toMatchObject(
      nothing,
    );
    const { friends } = await carol.reads(Friends, 'listFriends', {});
    expect(friends.map(({ userId }) => userId)).toEqual(['alice']);
  });

  it('a friendship that ended leaves the chat and its history, and may begin again', async () => {
    const [alice, bob] = stage().cast;
    await alice.does(Friends, 'deleteFriend', { userId: 'bob' });
    await bob.says('d:alice:bob', 'no hard feelings', alice);
    await befriend(bob, alice);
    const { friends } = await alice.reads(Friends, 'searchFriends', { query: 'bob' });
    expect(friends).toMatchObject([{ userId: 'bob', remark: '', tags: [] }]);
  });
}
