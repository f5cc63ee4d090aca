import type { UserId } from './ids.js';
import { fullSettings, type UserSettings } from './user-settings.js';

declare const brand: unique symbol;
/** Made by the server; opaque to everybody else. */
export type PostId = string & { readonly [brand]: 'PostId' };
export type CommentId = string & { readonly [brand]: 'CommentId' };

/** Stored as the place in this list. */
export const POST_STATES = ['present', 'deleted', 'removed'] as const;
/** `deleted`: by its author; `removed`: by the app. */
export type PostState = (typeof POST_STATES)[number];

/** For whom a post is, among those who may see its author's posts at all. */
export interface Audience {
  /** All friends; nobody else; only those who are named; all friends but those who are named. */
  readonly kind: 'friends' | 'private' | 'only' | 'except';
  /** Who is named, by id or by a tag that the author has given; empty for the first two kinds. */
  readonly userIds: readonly UserId[];
  readonly tags: readonly string[];
}

/** What the author wrote, as far as rules ask for it. */
export interface PostFacts {
  readonly authorId: UserId;
  readonly audience: Audience;
  readonly createdMs: number;
  readonly state: PostState;
}

/** What a viewer and an author are to each other now; of an own post nothing but the time matters. */
export interface PostRelation {
  readonly nowMs: number;
  /** The author's row for the viewer, and the viewer's for the author; null: no friends now. */
  readonly author: { readonly tags: readonly string[]; readonly hideMyPosts: boolean } | null;
  readonly viewer: { readonly hideTheirPosts: boolean } | null;
  /** One of the two takes nothing from the other. */
  readonly blocked: boolean;
  /** What the author has set, without defaults. */
  readonly settings: UserSettings;
}

const DAY_MS = 86_400_000;

/** How far back others see a user's posts. */
export const POSTS_RANGE_MS = {
  all: Number.POSITIVE_INFINITY,
  sixMonths: 180 * DAY_MS,
  oneMonth: 30 * DAY_MS,
  threeDays: 3 * DAY_MS,
} as const satisfies Record<NonNullable<UserSettings['postsRange']>, number>;

/** The one rule of who sees a post. To everybody else it does not exist. */
export function canSeePost(viewerId: UserId, post: PostFacts, relation: PostRelation): boolean {
  if (post.state !== 'present') return false;
  if (viewerId === post.authorId) return true;
  const tags = relation.author?.tags ?? [];
  return isInReach(viewerId, post, relation) && isAddressed(viewerId, tags, post.audience);
}

/** Its part that does not ask for the audience: where it says no, it says so to all older posts of the author too. */
export function isInReach(
  viewerId: UserId,
  post: Pick<PostFacts, 'authorId' | 'createdMs'>,
  { author, viewer, blocked, settings, nowMs }: PostRelation,
): boolean {
  if (viewerId === post.authorId) return true;
  if (author === null || viewer === null || blocked || author.hideMyPosts) return false;
  return nowMs - post.createdMs < POSTS_RANGE_MS[fullSettings(settings).postsRange];
}

/** Whoever does not care for an author's posts sees them still where they are asked for. */
export function isInTimeline(viewerId: UserId, post: PostFacts, relation: PostRelation): boolean {
  const cares = viewerId === post.authorId || relation.viewer?.hideTheirPosts === false;
  return cares && canSeePost(viewerId, post, relation);
}

function isAddressed(
  viewerId: UserId,
  viewerTags: readonly string[],
  { kind, userIds, tags }: Audience,
): boolean {
  const named = userIds.includes(viewerId) || tags.some((tag) => viewerTags.includes(tag));
  switch (kind) {
    case 'friends':
      return true;
    case 'private':
      return false;
    case 'only':
      return named;
    case 'except':
      return !named;
  }
}
