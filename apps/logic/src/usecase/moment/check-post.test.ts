import type { DomainError } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { appRules } from '../../../test/fakes/app-rules.js';
import { AUDIENCE_MAX_USERS, checkAudience, type AudienceInput } from './check-audience.js';
import { checkPost, LINK_RULES, POST_MAX_IMAGES, POST_MAX_MENTIONS } from './check-post.js';
import type { PostContentFields } from './ports.js';

const url = 'https://media.example/a.jpg';
const image = { url, thumbnailUrl: '', width: 1, height: 1, sizeBytes: 1, format: '' };
const video = { url, coverUrl: '', durationMs: 1, width: 0, height: 0, sizeBytes: 0, format: '' };
const location = { latitude: 1, longitude: 2, name: '', address: '' };
const link = { url, title: 'A page', description: '', coverUrl: '' };
const many = <T>(count: number, one: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => one(n));

function refusal(check: () => unknown): [string, string] | null {
  try {
    check();
    return null;
  } catch (error) {
    const { code, field } = error as DomainError;
    return [code, field];
  }
}

const nothing: PostContentFields = {
  text: '',
  images: [],
  video: undefined,
  location: undefined,
  link: undefined,
  mentionedUserIds: [],
};
const post = (more: Partial<PostContentFields>, bytes = 1) =>
  refusal(() =>
    checkPost({ fields: { ...nothing, ...more }, encoded: new Uint8Array(bytes) }, appRules()),
  );
const invalid = (field: string) => ['INVALID_ARGUMENT', field];

describe('a post', () => {
  it.each<[string, Partial<PostContentFields>]>([
    ['a text', { text: 'x'.repeat(20) }],
    ['a picture', { images: [image] }],
    ['nine pictures and a text', { images: many(POST_MAX_IMAGES, () => image), text: 'x' }],
    ['a video', { video }],
    ['a link', { link }],
    ['a link among pictures, from somewhere', { link, images: [image], location }],
    ['mentions', { text: 'x', mentionedUserIds: many(POST_MAX_MENTIONS, (n) => `u${n}`) }],
  ])('may have %s', (_, more) => expect(post(more)).toBeNull());

  it.each<[string, Partial<PostContentFields>, string]>([
    ['nothing', {}, 'content'],
    ['a place alone', { location }, 'content'],
    ['mentions alone', { mentionedUserIds: ['bob'] }, 'content'],
    ['ten pictures', { images: many(10, () => image) }, 'content.images'],
    ['a picture beside a video', { images: [image], video }, 'content.video'],
    ['no such picture', { images: [image, { ...image, url: 'x' }] }, 'content.images[1].url'],
    ['no such video', { video: { ...video, durationMs: 0 } }, 'content.video.duration_ms'],
    [
      'no such place',
      { text: 'x', location: { ...location, latitude: 91 } },
      'content.location.latitude',
    ],
    ['no title', { link: { ...link, title: '' } }, 'content.link.title'],
    ['no such cover', { link: { ...link, coverUrl: 'x' } }, 'content.link.cover_url'],
    [
      '51 mentions',
      { text: 'x', mentionedUserIds: many(51, (n) => `u${n}`) },
      'content.mentioned_user_ids',
    ],
    [
      'a mention of nobody',
      { text: 'x', mentionedUserIds: ['a', 'a:b'] },
      'content.mentioned_user_ids[1]',
    ],
  ])('may not have %s', (_, more, field) => expect(post(more)).toEqual(invalid(field)));

  it('must be there', () => {
    expect(refusal(() => checkPost(null, appRules()))).toEqual(invalid('content'));
  });

  it('above a limit of the app names the field with its own code', () => {
    expect(post({ text: 'x'.repeat(21) })).toEqual(['LIMIT_EXCEEDED', 'content.text']);
    expect(post({ text: '鹊'.repeat(7) })).toEqual(['LIMIT_EXCEEDED', 'content.text']);
    expect(post({ text: 'x' }, 2_001)).toEqual(['LIMIT_EXCEEDED', 'content']);
    expect(post({ text: 'x' }, 2_000)).toBeNull();
  });

  it('has a rule for every field of a link', () => {
    expect(Object.keys(LINK_RULES).sort()).toEqual(Object.keys(link).sort());
  });
});

describe('an audience', () => {
  const of = (more: Partial<AudienceInput>): AudienceInput => ({
    kind: 'only',
    userIds: [],
    tags: [],
    ...more,
  });

  it('names each user once', () => {
    const given = of({ userIds: ['bob', 'carol', 'bob'], tags: ['work'] });
    expect(checkAudience(given)).toEqual({ ...given, userIds: ['bob', 'carol'] });
    expect(checkAudience(of({ kind: 'friends' })).kind).toBe('friends');
  });

  it.each<[string, Partial<AudienceInput>, string]>([
    ['nobody', {}, 'audience'],
    ['nobody to leave out', { kind: 'except' }, 'audience'],
    ['somebody of all', { kind: 'friends', userIds: ['bob'] }, 'audience'],
    ['a tag of none', { kind: 'private', tags: ['work'] }, 'audience'],
    ['what is no user', { userIds: ['bob', 'a:b'] }, 'audience.user_ids[1]'],
    ['201 users', { userIds: many(AUDIENCE_MAX_USERS + 1, (n) => `u${n}`) }, 'audience.user_ids'],
    ['an empty tag', { tags: [''] }, 'audience.tags[0]'],
    ['a tag twice', { tags: ['a', 'a'] }, 'audience.tags[1]'],
    ['21 tags', { tags: many(21, (n) => `t${n}`) }, 'audience.tags'],
  ])('may not name %s', (_, more, field) => {
    expect(refusal(() => checkAudience(of(more)))).toEqual(invalid(field));
  });
});
