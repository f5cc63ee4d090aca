import type { PostId, UserId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import type { PostPage, ViewedPost } from './ports.js';
import { POSTS_MAX_READS, readPosts, type Shown } from './post-pages.js';

/** Posts of the given times, newest first, as a store has them. */
class Shelf {
  readonly reads: PostPage[] = [];
  constructor(public times: readonly number[]) {}

  read = (asked: PostPage): Promise<ViewedPost[]> => {
    this.reads.push(asked);
    const below = asked.before?.createdMs ?? Infinity;
    const times = this.times.filter((time) => time < below).slice(0, asked.limit);
    return Promise.resolve(times.map(viewed));
  };
}

function viewed(createdMs: number): ViewedPost {
  const post = {
    postId: `p${createdMs}` as PostId,
    authorId: 'ann' as UserId,
    content: new Uint8Array(),
    audience: { kind: 'friends', userIds: [], tags: [] },
    createdMs,
    editedMs: 0,
    revision: 0,
    state: 'present',
    shareCount: 0,
    mentions: [],
  } as const;
  const relation = { nowMs: 0, author: null, viewer: null, blocked: false, settings: {} };
  return { post, relation };
}

const down = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, n) => from - n);
const all: Shown = { isShown: () => true };
const even: Shown = { isShown: ({ post }) => post.createdMs % 2 === 0 };

async function page(shelf: Shelf, pageToken: string, limit: number, shown: Shown = all) {
  const { posts, nextPageToken } = await readPosts({ pageToken, limit }, shelf.read, shown);
  return { times: posts.map(({ createdMs }) => createdMs), next: nextPageToken };
}

/** The whole list by pages. */
async function walk(shelf: Shelf, limit: number, shown: Shown = all): Promise<number[]> {
  const times: number[] = [];
  for (let next = '', pages = 0; ; pages += 1) {
    if (pages > 100) throw new Error('the list has no end');
    const one = await page(shelf, next, limit, shown);
    times.push(...one.times);
    if (one.next === '') return times;
    next = one.next;
  }
}

describe('a list of posts', () => {
  it.each([1, 2, 3, 7, 10, 50])('has everything once, by pages of %i', async (limit) => {
    expect(await walk(new Shelf(down(10, 1)), limit)).toEqual(down(10, 1));
    expect(await walk(new Shelf(down(10, 1)), limit, even)).toEqual([10, 8, 6, 4, 2]);
    expect(await walk(new Shelf([]), limit)).toEqual([]);
  });

  it('goes on where it was while posts come and go', async () => {
    const shelf = new Shelf(down(6, 1));
    const first = await page(shelf, '', 2);
    shelf.times = [8, 7, 6, 4, 2, 1];
    const second = await page(shelf, first.next, 2);
    expect([first.times, second.times]).toEqual([
      [6, 5],
      [4, 2],
    ]);
  });

  it('reads on for a page of which much is not shown, but not without end', async () => {
    const shelf = new Shelf(down(40, 1));
    expect((await page(shelf, '', 2, even)).times).toEqual([40, 38]);
    expect(shelf.reads).toHaveLength(2);
    const one: Shown = { isShown: ({ post }) => post.createdMs === 1 };
    const empty = await page(shelf, '', 2, one);
    expect(empty.times).toEqual([]);
    expect(empty.next).not.toBe('');
    expect(shelf.reads).toHaveLength(2 + POSTS_MAX_READS);
    expect(await walk(shelf, 2, one)).toEqual([1]);
  });

  it('ends where nothing further down is shown', async () => {
    const shelf = new Shelf(down(40, 1));
    const none: Shown = { isShown: () => false, isEnd: () => true };
    expect(await page(shelf, '', 20, none)).toEqual({ times: [], next: '' });
    const some: Shown = { ...all, isEnd: ({ post }) => post.createdMs < 39 };
    expect(await page(shelf, '', 20, some)).toEqual({ times: [40, 39], next: '' });
    expect(shelf.reads).toHaveLength(2);
  });

  it('is asked for in bounds, with tokens of its own', async () => {
    for (const limit of [-1, 51]) {
      await expect(page(new Shelf([]), '', limit)).rejects.toMatchObject({ field: 'limit' });
    }
    await expect(page(new Shelf([]), 'x', 1)).rejects.toMatchObject({ field: 'page_token' });
    const shelf = new Shelf([]);
    await page(shelf, '', 0);
    expect(shelf.reads).toEqual([{ before: null, limit: 20 }]);
  });
});
