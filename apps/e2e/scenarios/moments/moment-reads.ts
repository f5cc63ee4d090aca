import {
  Audience_Kind,
  MomentNotice_Kind,
  MomentNoticeServiceDefinition as Notices,
  MomentServiceDefinition as Moments,
  PostContent,
  type Audience,
  type Post,
} from '@queqiao/protocol/client';
import { eventually } from '@queqiao/testkit';
import { mustEqual } from '../../src/stage/demands.js';
import type { Person } from '../../src/stage/person.js';

export const saying = (text: string): PostContent => PostContent.create({ text });

export const audience = (
  kind: keyof typeof Audience_Kind,
  userIds: string[] = [],
  tags: string[] = [],
): Audience => ({ kind: Audience_Kind[kind], userIds, tags });

export const textsOf = (posts: readonly Post[]) => posts.map(({ content }) => content?.text);

/** For all friends, unless it is said for whom. */
export async function post(person: Person, text: string, to?: Audience): Promise<string> {
  const request = { content: saying(text), ...(to && { audience: to }) };
  const { postId } = await person.does(Moments, 'createPost', request);
  await changed(person, postId);
  return postId;
}

/** Both devices of whoever did something are told to which post. */
export function changed(person: Person, postId: string, removed = false): Promise<void> {
  return person.hears(person.feed, { by: person.id, postChanged: { postId, removed } });
}

/** The same of what the app has done. */
export function toldByApp(person: Person, postId: string, removed: boolean): Promise<void> {
  return person.hears(person.feed, { by: '', postChanged: { postId, removed } });
}

export function noticed(
  person: Person,
  kind: keyof typeof MomentNotice_Kind,
  by: string,
  postId: string,
): Promise<void> {
  const words = { kind: MomentNotice_Kind[kind], postId, actorId: by };
  return person.hears(person.feed, { by, momentNoticed: words });
}

/** The whole timeline, by pages, which both devices are shown alike: answers differ by the time at which they were asked for. */
export async function timelineOf(person: Person, limit = 50): Promise<Post[]> {
  const [one = [], other] = await Promise.all(
    person.devices.map(async (device) => {
      const posts: Post[] = [];
      for (let pageToken = ''; ;) {
        const page = await device.call(Moments, 'listTimeline', { pageToken, limit });
        posts.push(...page.posts);
        if (page.nextPageToken === '') return posts;
        pageToken = page.nextPageToken;
      }
    }),
  );
  mustEqual(other, one);
  return one;
}

/** Posts come into timelines of others a moment later. */
export async function comesTo(person: Person, ...texts: string[]): Promise<void> {
  await eventually(`${person.id} has ${texts.join()} in the timeline`, async () => {
    const shown = textsOf(await timelineOf(person));
    mustEqual(shown, texts);
    return true;
  });
}

export async function postsOf(person: Person, userId: string): Promise<(string | undefined)[]> {
  return textsOf((await person.reads(Moments, 'listPosts', { userId })).posts);
}

/** As `KIND who`, newest first. */
export async function noticesOf(person: Person, unreadOnly = false): Promise<string[]> {
  const { notices } = await person.reads(Notices, 'listMomentNotices', { unreadOnly });
  return notices.map(({ kind, actorId }) => `${MomentNotice_Kind[kind]} ${actorId}`);
}

export async function unreadOf(person: Person): Promise<number> {
  return (await person.reads(Notices, 'countMomentNotices', {})).unreadCount;
}
