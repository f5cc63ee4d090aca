import {
  Audience_Kind,
  MomentServiceDefinition as Moments,
  type Post,
} from '@queqiao/protocol/client';
import { expect } from 'vitest';
import { mustEqual, mustFail } from './demands.js';
import { NO_POST, personAt } from './deeds.js';
import type { MomentWorld } from './moment-world.js';
import type { PlainPost } from './plain-moments.js';
import { PEOPLE, type LISTS, type Step } from './program-steps.js';

type List = (typeof LISTS)[number];
type Page = { readonly posts: readonly Post[]; readonly nextPageToken: string };

/** A post as the server shows it, in the words of programs. */
function shownBy(world: MomentWorld, post: Post): object {
  const { content, audience, editedMs } = post;
  const names = (ids: readonly string[] = []) => ids.map((id) => world.nameOf(id));
  return {
    name: world.nameOf(post.postId),
    author: world.nameOf(post.authorId),
    createdMs: post.createdMs,
    text: content?.text,
    mentions: names(content?.mentionedUserIds),
    revision: post.revision,
    edited: editedMs > 0,
    shares: post.shareCount,
    audience: audience && {
      kind: Audience_Kind[audience.kind],
      people: names(audience.userIds),
      tags: audience.tags,
    },
  };
}

/** The same by the plain rules. */
function meantFor(viewer: string, post: PlainPost): object {
  const { name, author, createdMs, text, mentions, revision, shares, audience } = post;
  const own = viewer === author;
  const seen = { name, author, createdMs, text, mentions, revision, shares };
  return { ...seen, edited: revision > 0, audience: own ? audience : undefined };
}

function expectPosts(
  world: MomentWorld,
  viewer: string,
  posts: readonly Post[],
  meant: readonly PlainPost[],
): void {
  // Names first: what is missing is easier to see.
  const names = posts.map(({ postId }) => world.nameOf(postId));
  mustEqual(
    names,
    meant.map(({ name }) => name),
  );
  const shown = posts.map((post) => shownBy(world, post));
  mustEqual(
    shown,
    meant.map((post) => meantFor(viewer, post)),
  );
}

/** All pages of a list, of this size; each has as many as it may, or fewer. */
async function allPages(
  readPage: (page: { pageToken: string; limit: number }) => Promise<Page>,
  limit: number,
): Promise<Post[]> {
  const all: Post[] = [];
  for (let pageToken = ''; ;) {
    const { posts, nextPageToken } = await readPage({ pageToken, limit });
    if (limit > 0) expect(posts.length).toBeLessThanOrEqual(limit);
    all.push(...posts);
    if (nextPageToken === '') return all;
    pageToken = nextPageToken;
  }
}

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
    return answer;
  }, limit);
  expectPosts(world, viewer, shown, world.plain.timeline(viewer));
}

/** Before jobs are done some posts of others may be missing; nothing else is there. */
async function glance(world: MomentWorld, viewer: string, limit: number): Promise<void> {
  const shown = await allPages((page) => world.call(viewer)(Moments, 'listTimeline', page), limit);
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
  const shown = await allPages(
    (page) => world.call(viewer)(Moments, 'listPosts', { userId, ...page }),
    limit,
  );
  expectPosts(world, viewer, shown, world.plain.postsOf(viewer, author));
}

export async function readPost(
  world: MomentWorld,
  viewer: string,
  post: PlainPost | undefined,
): Promise<void> {
  if (post === undefined) return;
  const call = world.call(viewer)(Moments, 'getPost', { postId: post.id });
  if (world.plain.seesPost(viewer, post)) {
    const { post: shown } = await call;
    expectPosts(world, viewer, shown === undefined ? [] : [shown], [post]);
  } else {
    await mustFail(call, NO_POST);
  }
}

export async function read(world: MomentWorld, step: Extract<Step, { do: 'read' }>): Promise<void> {
  const { list, limit, pick } = step;
  const viewer = personAt(step.who);
  const readers: Record<List, () => Promise<void>> = {
    timeline: () => glance(world, viewer, limit),
    'new posts': async () => {
      await world.work();
      await readNewPosts(world, viewer, limit);
    },
    person: () => readPerson(world, viewer, { author: personAt(pick), limit }),
    post: () => readPost(world, viewer, world.post(pick)),
  };
  world.lines.push(`${viewer} reads: ${list}${limit > 0 ? ` by ${limit}` : ''}`);
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
    for (const post of posts) await readPost(world, viewer, post);
    for (const author of authors) await readPerson(world, viewer, { author, limit });
  } catch (error) {
    world.lines.push(`what ${viewer} reads is wrong`);
    throw error;
  }
}
