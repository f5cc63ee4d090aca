import {
  FriendServiceDefinition as Friends,
  MomentServiceDefinition as Moments,
  PostContent,
  PostsRange,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import { queryRows } from '@queqiao/testkit';
import { newId } from '../../rig/api-rig.js';
import { audience as protoAudience } from '../moment-rig.js';
import { DONE, type MomentWorld } from './moment-world.js';
import type { PlainAudience, PlainPost } from './plain-moments.js';
import { personAt, type AudiencePick, type StepOf } from './program-steps.js';

export const NO_POST = 'NOT_FOUND post_id';
const NO_FRIEND = 'NOT_FOUND user_id';
const DAY_MS = 86_400_000;

function toAudience({ kind, people, tags }: AudiencePick): PlainAudience {
  return { kind, people: [...new Set(people.map(personAt))], tags };
}

function audienceOf(world: MomentWorld, { kind, people, tags }: PlainAudience) {
  return protoAudience(
    kind,
    people.map((name) => world.idOf(name)),
    [...tags],
  );
}

function saying(world: MomentWorld, text: string, mentions: readonly string[]): PostContent {
  const mentionedUserIds = mentions.map((name) => world.idOf(name));
  return PostContent.create({ text, mentionedUserIds });
}

function spelled({ kind, people, tags }: PlainAudience): string {
  return [kind, ...people, ...tags.map((tag) => `#${tag}`)].join(' ');
}

/** Its author, or somebody else. */
function actor(post: PlainPost, by: number): string {
  return by === 0 ? post.author : personAt(by);
}

export async function makePost(world: MomentWorld, step: StepOf<'post'>): Promise<void> {
  const author = personAt(step.who);
  const audience = toAudience(step.audience);
  const mentions = step.mentions.map(personAt);
  const name = `p${world.plain.posts.length + 1}`;
  world.lines.push(
    `${author} posts ${name} for ${spelled(audience)}, mentions [${mentions.join()}]`,
  );
  const { postId, createdMs } = await world.call(author)(Moments, 'createPost', {
    clientRequestId: newId(),
    content: saying(world, name, mentions),
    audience: audienceOf(world, audience),
  });
  const fresh = { text: name, revision: 0, shares: 0, gone: false };
  const post = { name, id: postId, author, createdMs, mentions, audience, ...fresh };
  world.plain.posts.push(post);
  world.notices.mentioned(post);
  world.name(postId, name);
  await world.later();
}

export async function editPost(world: MomentWorld, step: StepOf<'edit'>): Promise<void> {
  const post = world.post(step.post);
  if (post === undefined) return;
  const who = actor(post, step.by);
  const mentions = step.mentions.map(personAt);
  const text = `${post.name} of line ${world.lines.length + 1}`;
  const content = saying(world, text, mentions);
  const request = { clientRequestId: newId(), postId: post.id, content };
  const done = who === post.author && !post.gone;
  const call = world.call(who)(Moments, 'editPost', request);
  await world.deed(`${who} edits ${post.name}, mentions [${mentions.join()}]`, call, ends(done));
  if (!done) return;
  const isNew = (name: string) => !post.mentions.includes(name);
  const mentionsMore = mentions.some(isNew);
  Object.assign(post, { text, mentions, revision: post.revision + 1 });
  if (mentionsMore) world.notices.mentioned(post);
}

export async function setAudience(world: MomentWorld, step: StepOf<'set audience'>): Promise<void> {
  const post = world.post(step.post);
  if (post === undefined) return;
  const who = actor(post, step.by);
  const to = toAudience(step.audience);
  const request = { clientRequestId: newId(), postId: post.id, audience: audienceOf(world, to) };
  const done = who === post.author && !post.gone;
  const call = world.call(who)(Moments, 'setAudience', request);
  await world.deed(`${who} shows ${post.name} to ${spelled(to)}`, call, ends(done));
  if (!done) return;
  const isOther = JSON.stringify(to) !== JSON.stringify(post.audience);
  post.audience = to;
  if (isOther) world.notices.mentioned(post);
}

export async function deletePost(world: MomentWorld, step: StepOf<'delete'>): Promise<void> {
  const post = world.post(step.post);
  if (post === undefined) return;
  const who = actor(post, step.by);
  const done = who === post.author && !post.gone;
  const request = { clientRequestId: newId(), postId: post.id };
  const call = world.call(who)(Moments, 'deletePost', request);
  await world.deed(`${who} deletes ${post.name}`, call, ends(done));
  if (done) post.gone = true;
}

/** A test has no other way to let days pass. */
export async function agePost(world: MomentWorld, step: StepOf<'age'>): Promise<void> {
  const post = world.post(step.post);
  if (post === undefined) return;
  world.lines.push(`${post.name} becomes ${step.days} days older`);
  const { url } = world.place.rig.database;
  for (const table of ['posts', 'timeline_refs']) {
    const sql = `UPDATE ${table} SET created_ms = created_ms - ? WHERE post_id = ?`;
    await queryRows(url, sql, [step.days * DAY_MS, post.id]);
  }
  post.createdMs -= step.days * DAY_MS;
}

export async function changePair(
  world: MomentWorld,
  step: StepOf<'befriend' | 'part' | 'block' | 'unblock'>,
): Promise<void> {
  const [who, whom] = [personAt(step.who), personAt(step.whom)];
  if (who === whom) return;
  if (step.do === 'befriend') return world.befriend([[who, whom]]);
  const names = { part: 'deleteFriend', block: 'blockUser', unblock: 'unblockUser' } as const;
  const request = { clientRequestId: newId(), userId: world.idOf(whom) };
  const call = world.call(who)(Friends, names[step.do], request);
  await world.deed(`${who} ${step.do}s ${whom}`, call, DONE);
  world.plain[step.do](who, whom);
}

export async function noteFriend(world: MomentWorld, step: StepOf<'note'>): Promise<void> {
  const [who, whom] = [personAt(step.who), personAt(step.whom)];
  if (who === whom) return;
  const { tags, hideMine, hideTheirs } = step.change;
  const call = world.call(who)(Friends, 'updateFriend', {
    clientRequestId: newId(),
    userId: world.idOf(whom),
    ...(tags === undefined ? {} : { tags: { tags: [...tags] } }),
    ...(hideMine === undefined ? {} : { hideMyPosts: hideMine }),
    ...(hideTheirs === undefined ? {} : { hideTheirPosts: hideTheirs }),
  });
  const row = world.plain.row(who, whom);
  const line = `${who} notes of ${whom}: ${JSON.stringify(step.change)}`;
  await world.deed(line, call, row === undefined ? NO_FRIEND : DONE);
  if (row !== undefined) Object.assign(row, step.change);
}

export async function setRange(world: MomentWorld, step: StepOf<'set range'>): Promise<void> {
  const who = personAt(step.who);
  const request = { clientRequestId: newId(), postsRange: PostsRange[step.range] };
  const call = world.call(who)(Users, 'updateMySettings', request);
  await world.deed(`${who} shows posts of ${step.range}`, call, DONE);
  world.plain.ranges.set(who, step.range);
}

function ends(done: boolean): string {
  return done ? DONE : NO_POST;
}
