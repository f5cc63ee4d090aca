import type { AppId, FriendRecord, UserId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { ListFriends } from './list-friends.js';
import type { Friends } from './ports.js';

const row = (friendId: string, feedSeq: number): FriendRecord => ({
  friendId: friendId as UserId,
  remark: '',
  tags: [],
  source: { way: 'unsaid', detail: '' },
  createdMs: 1,
  hideMyPosts: false,
  hideTheirPosts: false,
  feedSeq,
});

/** A list of 3 rows that changes with every look at it. */
function scene() {
  const asked: unknown[] = [];
  const friends = {
    feedSeq: () => Promise.resolve(asked.push('feedSeq') + 40),
    friends: (...[, , page]: Parameters<Friends['friends']>) => {
      asked.push(page);
      return Promise.resolve([row('x', 1), row('y', 2)].slice(0, page.limit));
    },
    changedFriends: (...[, , page]: Parameters<Friends['changedFriends']>) => {
      asked.push(page);
      const rows = [
        { friend: row('x', 11), active: true },
        { friend: row('y', 12), active: false },
      ];
      return Promise.resolve(rows.slice(0, page.limit));
    },
  } as unknown as Friends;
  const list = (input: Partial<Parameters<ListFriends['run']>[2]>) =>
    new ListFriends({ friends }).run({ appId: 'demo' as AppId }, 'ann' as UserId, {
      pageToken: '',
      limit: 0,
      sinceFeedSeq: 0,
      ...input,
    });
  return { asked, list };
}

describe('a list of friends', () => {
  it('reads the place to go on from before the first page, and keeps it for the others', async () => {
    const { asked, list } = scene();
    const first = await list({ limit: 2 });
    expect(asked).toEqual(['feedSeq', { afterId: '', limit: 2 }]);
    expect(first.feedSeq).toBe(41);
    const second = await list({ limit: 500, pageToken: first.nextPageToken });
    expect(asked.slice(2)).toEqual([{ afterId: 'y', limit: 500 }]);
    expect([second.feedSeq, second.nextPageToken]).toEqual([41, '']);
  });

  it('says what changed since then and what ended, by the order of changes', async () => {
    const { asked, list } = scene();
    const first = await list({ sinceFeedSeq: 10, limit: 2 });
    expect(asked).toEqual(['feedSeq', { afterFeedSeq: 10, limit: 2 }]);
    expect(first.friends.map(({ friendId }) => friendId)).toEqual(['x']);
    expect(first.removedIds).toEqual(['y']);
    await list({ sinceFeedSeq: 10, pageToken: first.nextPageToken });
    expect(asked.slice(2)).toEqual([{ afterFeedSeq: 12, limit: 200 }]);
  });

  it('refuses tokens of the other kind of list', async () => {
    const { list } = scene();
    const [all, changed] = [await list({ limit: 1 }), await list({ limit: 1, sinceFeedSeq: 1 })];
    const crossed = [
      list({ pageToken: changed.nextPageToken }),
      list({ pageToken: all.nextPageToken, sinceFeedSeq: 1 }),
    ];
    for (const call of await Promise.allSettled(crossed)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { field: 'page_token' } });
    }
    await expect(list({ sinceFeedSeq: -1 })).rejects.toMatchObject({ field: 'since_feed_seq' });
  });
});
