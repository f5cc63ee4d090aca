import {
  CommentServiceDefinition as Comments,
  MomentNoticeServiceDefinition as Notices,
  MomentServiceDefinition as Moments,
  type Post,
} from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PAGE_MAX_BYTES } from '../../src/usecase/paging.js';
import { ApiRig } from '../rig/api-rig.js';
import { MomentRig, type Person } from './moment-rig.js';

/** As long as an app allows by itself. */
const POST_BYTES = 16_384;
const COMMENT_BYTES = 4_096;

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
  moments = new MomentRig(rig, app);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  ann = await moments.user('ann');
  bob = await moments.user('bob');
  await moments.befriend([ann, bob]);
});

interface Page {
  /** Texts in which each one says first who it is. */
  readonly texts: readonly string[];
  /** Empty: the last one. */
  readonly next: string;
}

/** Everything once and in order, by pages of which none is larger than it may be, nor one the whole. */
async function read(page: (token: string) => Promise<Page>): Promise<string[]> {
  const pages: Page[] = [];
  for (let next = ''; pages.length === 0 || next !== '';) {
    const one = await page(next);
    const bytes = one.texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThanOrEqual(PAGE_MAX_BYTES);
    pages.push(one);
    ({ next } = one);
  }
  expect(pages.length).toBeGreaterThan(1);
  return pages.flatMap(({ texts }) => texts.map(nameOf));
}

const nameOf = (text: string) => text.trimEnd();
const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n}`);
const below = (posts: readonly Post[]) =>
  posts.flatMap(({ content, comments }) => [
    ...(comments?.comments ?? []).map(({ text }) => text),
    content?.text ?? '',
  ]);

describe('an answer with much to say', () => {
  it('has as many posts as there is room for', async () => {
    const { newerToken } = await bob.call(Moments, 'listTimeline', {});
    const made = names(PAGE_MAX_BYTES / POST_BYTES + 4);
    for (const name of made) await ann.post(name.padEnd(POST_BYTES));
    await moments.settled();
    const newest = [...made].reverse();
    const timeline = await read(async (pageToken) => {
      const page = await bob.call(Moments, 'listTimeline', { pageToken, limit: 50 });
      return { texts: below(page.posts), next: page.nextPageToken };
    });
    const posts = await read(async (pageToken) => {
      const request = { userId: ann.id, pageToken, limit: 50 };
      const page = await bob.call(Moments, 'listPosts', request);
      return { texts: below(page.posts), next: page.nextPageToken };
    });
    expect([timeline, posts]).toEqual([newest, newest]);
    const arrived = await read(async (token) => {
      const request = { newerToken: token === '' ? newerToken : token, limit: 50 };
      const page = await bob.call(Moments, 'listNewPosts', request);
      return { texts: below(page.posts), next: page.more ? page.newerToken : '' };
    });
    expect([...arrived].sort()).toEqual([...made].sort());
  });

  it('counts what is said under posts', async () => {
    const made = names(8);
    for (const name of made) {
      const postId = await ann.post(name);
      for (const said of names(9)) await ann.comment(postId, said.padEnd(COMMENT_BYTES));
    }
    const timeline = await read(async (pageToken) => {
      const page = await ann.call(Moments, 'listTimeline', { pageToken });
      return { texts: below(page.posts), next: page.nextPageToken };
    });
    const expected = [...made].reverse().flatMap((name) => [...names(9), name]);
    expect(timeline).toEqual(expected);
  });

  it('has as many comments, and notices of them, as there is room for', async () => {
    const made = names(PAGE_MAX_BYTES / COMMENT_BYTES + 4);
    const postId = await ann.post('post');
    for (const name of made) await bob.comment(postId, name.padEnd(COMMENT_BYTES));
    await moments.settled();
    const comments = await read(async (pageToken) => {
      const page = await ann.call(Comments, 'listComments', { postId, pageToken, limit: 100 });
      return { texts: page.comments.map(({ text }) => text), next: page.nextPageToken };
    });
    expect(comments).toEqual(made);
    const notices = await read(async (pageToken) => {
      const page = await ann.call(Notices, 'listMomentNotices', { pageToken, limit: 100 });
      const texts = page.notices.map(({ comment }) => comment?.text ?? '');
      return { texts, next: page.nextPageToken };
    });
    expect([...notices].sort()).toEqual([...made].sort());
  });
});
