import { describe, expect, it } from 'vitest';
import type { UserId } from './ids.js';
import {
  canSeePost,
  isInReach,
  isInTimeline,
  POST_STATES,
  POSTS_RANGE_MS,
  type Audience,
  type PostFacts,
  type PostRelation,
} from './post.js';

const user = (id: string): UserId => id as UserId;
const [ann, bob] = [user('ann'), user('bob')];
const NOW = 1_000_000_000_000;

const audience = (kind: Audience['kind'], more: Partial<Audience> = {}): Audience => ({
  kind,
  userIds: [],
  tags: [],
  ...more,
});
const post = (more: Partial<PostFacts> = {}): PostFacts => ({
  authorId: ann,
  audience: audience('friends'),
  createdMs: NOW - 1,
  state: 'present',
  ...more,
});
/** Of friends who have nothing against each other. */
const relation = (more: Partial<PostRelation> = {}): PostRelation => ({
  nowMs: NOW,
  author: { tags: ['work'], hideMyPosts: false },
  viewer: { hideTheirPosts: false },
  blocked: false,
  settings: {},
  ...more,
});
const strangers = relation({ author: null, viewer: null, blocked: true });

const sees = (facts: Partial<PostFacts>, between: Partial<PostRelation> = {}): boolean =>
  canSeePost(bob, post(facts), relation(between));

describe('a friend', () => {
  it('sees a post, and has it in the timeline', () => {
    expect(sees({})).toBe(true);
    expect(isInTimeline(bob, post(), relation())).toBe(true);
  });

  it.each<[string, Partial<PostRelation>]>([
    ['who is none on the author’s side', { author: null }],
    ['who is none on the own side', { viewer: null }],
    ['when one of the two has blocked the other', { blocked: true }],
    ['from whom the author hides', { author: { tags: [], hideMyPosts: true } }],
  ])('sees nothing %s', (_, between) => {
    expect(sees({}, between)).toBe(false);
    expect(sees({ audience: audience('only', { userIds: [bob] }) }, between)).toBe(false);
    expect(isInTimeline(bob, post(), relation(between))).toBe(false);
  });

  it('who does not care for the author misses the post in the timeline alone', () => {
    const between = relation({ viewer: { hideTheirPosts: true } });
    expect(canSeePost(bob, post(), between)).toBe(true);
    expect(isInTimeline(bob, post(), between)).toBe(false);
  });
});

describe('an audience', () => {
  const named = { userIds: [bob] };
  const tagged = { tags: ['family', 'work'] };
  const others = { userIds: [user('carol')], tags: ['family'] };
  it.each<[Audience, boolean]>([
    [audience('friends'), true],
    [audience('private'), false],
    [audience('private', named), false],
    [audience('only', named), true],
    [audience('only', tagged), true],
    [audience('only', others), false],
    [audience('only'), false],
    [audience('except', named), false],
    [audience('except', tagged), false],
    [audience('except', others), true],
    [audience('except'), true],
  ])('of %j answers %s', (given, seen) => {
    expect(sees({ audience: given })).toBe(seen);
    expect(isInTimeline(bob, post({ audience: given }), relation())).toBe(seen);
  });

  it('goes by the tags that the friend has now', () => {
    const author = { tags: [], hideMyPosts: false };
    expect(sees({ audience: audience('only', tagged) }, { author })).toBe(false);
    expect(sees({ audience: audience('except', tagged) }, { author })).toBe(true);
  });
});

describe('a range', () => {
  it.each(['sixMonths', 'oneMonth', 'threeDays'] as const)('of %s ends on time', (postsRange) => {
    const between = { settings: { postsRange } };
    const first = NOW - POSTS_RANGE_MS[postsRange];
    expect(sees({ createdMs: first + 1 }, between)).toBe(true);
    expect(sees({ createdMs: first }, between)).toBe(false);
    expect(canSeePost(ann, post({ createdMs: first }), relation(between))).toBe(true);
  });

  it('has no end unless one was set', () => {
    for (const settings of [{}, { postsRange: 'all' as const }]) {
      expect(sees({ createdMs: 0 }, { settings })).toBe(true);
    }
  });
});

it('out of reach is whatever is older as well, not what is for others', () => {
  const reach = (createdMs: number, between: Partial<PostRelation> = {}) =>
    isInReach(bob, post({ createdMs, audience: audience('private') }), relation(between));
  expect(reach(NOW)).toBe(true);
  expect(reach(NOW, { viewer: null })).toBe(false);
  const settings = { postsRange: 'threeDays' } as const;
  expect(reach(NOW - POSTS_RANGE_MS.threeDays + 1, { settings })).toBe(true);
  expect(reach(NOW - POSTS_RANGE_MS.threeDays, { settings })).toBe(false);
  expect(isInReach(ann, post(), strangers)).toBe(true);
});

describe('an author', () => {
  it('sees every own post, whatever the audience', () => {
    for (const kind of ['friends', 'private', 'only', 'except'] as const) {
      const own = post({ audience: audience(kind, { userIds: [ann] }) });
      expect(canSeePost(ann, own, strangers)).toBe(true);
      expect(isInTimeline(ann, own, strangers)).toBe(true);
    }
  });

  it('sees what is gone no more than others', () => {
    for (const state of ['deleted', 'removed'] as const) {
      expect(canSeePost(ann, post({ state }), relation())).toBe(false);
      expect(isInTimeline(ann, post({ state }), relation())).toBe(false);
      expect(sees({ state })).toBe(false);
    }
  });
});

it('states are stored by their places, which never change', () => {
  expect(POST_STATES).toEqual(['present', 'deleted', 'removed']);
});
