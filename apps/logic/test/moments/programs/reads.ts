import {
  CommentServiceDefinition as Comments,
  MomentServiceDefinition as Moments,
  type Post,
} from '@queqiao/protocol/client';
import { mustEqual, mustFail } from './demands.js';
import { NO_POST } from './deeds.js';
import type { MomentWorld } from './moment-world.js';
import { readNotices } from './notice-reads.js';
import { allPages } from './pages.js';
import type { PlainPost } from './plain-moments.js';
import { expectPosts, meantComment, shownComment } from './shown-posts.js';
import { PEOPLE, personAt, type LISTS, type StepOf } from './program-steps.js';

type List = (typeof LISTS)[number];

export async function readTimeline(
  world: MomentWorld,
  viewer: string,
  limit: number,
): Promise<void> {
  const shown = await allPages(async (page) => {
    const answer = await world.call(viewer)(Moments, 'listTimeline', page);
    if (page.pageToken === '' && !world.newerTokens.has(viewer)) {
      world.newerTokens.set(viewer, answer.newerToken);
    }
    return { ...answer, rows: answer.posts };
  }, limit);
  expectPosts(world, viewer, shown, world.plain.timeline(viewer));
}

/** Before jobs are done some posts of others may be missing; nothing else is there. */
async function glance(world: MomentWorld, viewer: string, limit: number): Promise<void> {
  const shown = await allPages(async (page) => {
    const answer = await world.call(viewer)(Moments, 'listTimeline', page);
    return { ...answer, rows: answer.posts };
  }, limit);
  const ids = shown.map(({ postId }) => postId);
  const meant = world.plain.timeline(viewer).filter((post) => {
    return post.author === viewer || ids.includes(post.id);
  });
  expectPosts(world, viewer, shown, meant);
}

/** Programs take less than the minute that comes again: all that the timeline has came within it. */
export async function readNewPosts(
  world: MomentWorld,
  viewer: string,
  limit: number,
): Promise<void> {
  const first = world.newerTokens.get(viewer);
  if (first === undefined) return readTimeline(world, viewer, limit);
  const shown: Post[] = [];
  let next = { newerToken: first, more: true };
  while (next.more) {
    const { newerToken } = next;
    const answer = await world.call(viewer)(Moments, 'listNewPosts', { newerToken, limit });
    shown.push(...answer.posts);
    next = answer;
  }
  world.newerTokens.set(viewer, next.newerToken);
  const meant = [...world.plain.timeline(viewer)].sort((a, b) => (a.id < b.id ? -1 : 1));
  const inOrder = [...shown].sort((a, b) => (a.postId < b.postId ? -1 : 1));
  expectPosts(world, viewer, inOrder, meant);
}

export async function readPerson(
  world: MomentWorld,
  viewer: string,
  { author, limit }: { readonly author: string; readonly limit: number },
): Promise<void> {
  const userId = world.idOf(author);
  const shown = await allPages(async (page) => {
    const answer = await world.call(viewer)(Moments, 'listPosts', { userId, ...page });
    return { ...answer, rows: answer.posts };
  }, limit);
  expectPosts(world, viewer, shown, world.plain.postsOf(viewer, author));
}

export async function readPost(world: MomentWorld, viewer: string, post: PlainPost): Promise<void> {
  const call = world.call(viewer)(Moments, 'getPost', { postId: post.id });
  if (world.plain.seesPost(viewer, post)) {
    const { post: shown } = await call;
    expectPosts(world, viewer, shown === undefined ? [] : [shown], [post]);
  } else {
    await mustFail(call, NO_POST);
  }
}

async function readLikes(
  world: MomentWorld,
  viewer: string,
  { post, limit }: { readonly post: PlainPost; readonly limit: number },
): Promise<void> {
  const call = allPages(async (page) => {
    const request = { postId: post.id, ...page };
    const answer = await world.call(viewer)(Comments, 'listLikes', request);
    return { ...answer, rows: answer.likes };
  }, limit);
  if (!world.plain.seesPost(viewer, post)) return mustFail(call, NO_POST);
  const shown = (await call).map(({ userId }) => world.nameOf(userId));
  mustEqual(shown, world.reactions.likesOf(viewer, post));
}

async function readComments(
  world: MomentWorld,
  viewer: string,
  { post, limit }: { readonly post: PlainPost; readonly limit: number },
): Promise<void> {
  const call = allPages(async (page) => {
    const request = { postId: post.id, ...page };
    const answer = await world.call(viewer)(Comments, 'listComments', request);
    return { ...answer, rows: answer.comments };
  }, limit);
  if (!world.plain.seesPost(viewer, post)) return mustFail(call, NO_POST);
  const shown = (await call).map((comment) => shownComment(world, comment));
  const meant = world.reactions.commentsOf(viewer, post);
  mustEqual(
    shown,
    meant.map((comment) => meantComment(world, viewer, comment)),
  );
}

export async function read(world: MomentWorld, step: StepOf<'read'>): Promise<void> {
  const { list, limit, pick } = step;
  const viewer = personAt(step.who);
  const post = world.post(pick);
  if (post === undefined) return;
  const readers: Record<List, () => Promise<void>> = {
    timeline: () => glance(world, viewer, limit),
    'new posts': async () => {
      await world.work();
      await readNewPosts(world, viewer, limit);
    },
    person: () => readPerson(world, viewer, { author: personAt(pick), limit }),
    post: () => readPost(world, viewer, post),
    likes: () => readLikes(world, viewer, { post, limit }),
    comments: () => readComments(world, viewer, { post, limit }),
    notices: () => readNotices(world, viewer, { limit, unreadOnly: pick % 2 === 1 }),
  };
  const which = { person: ` of ${personAt(pick)}`, timeline: '', 'new posts': '', notices: '' };
  const of = list in which ? which[list as keyof typeof which] : ` of ${post.name}`;
  world.lines.push(`${viewer} reads: ${list}${of}${limit > 0 ? ` by ${limit}` : ''}`);
  await readers[list]();
}

/** Everybody reads everything. */
export async function readAll(world: MomentWorld): Promise<void> {
  await world.work();
  world.lines.push('jobs are done, and everybody reads everything');
  await Promise.all(PEOPLE.map((viewer, n) => readAllAs(world, viewer, 2 + n)));
}

async function readAllAs(world: MomentWorld, viewer: string, limit: number): Promise<void> {
  const { posts } = world.plain;
  const authors = new Set(posts.map(({ author }) => author));
  try {
    await readTimeline(world, viewer, limit);
    await readNewPosts(world, viewer, limit);
    await readNotices(world, viewer, { limit, unreadOnly: false });
    for (const post of posts) await readPost(world, viewer, post);
    for (const author of authors) await readPerson(world, viewer, { author, limit });
  } catch (error) {
    world.lines.push(`what ${viewer} reads is wrong`);
    throw error;
  }
}
