import { describe, expect, it } from 'vitest';
import {
  addressOf,
  FOR_FRIENDS,
  isSendable,
  mayDeleteComment,
  NO_DRAFT,
  peopleOfPosts,
  viewFromAddress,
  type MomentsView,
  type PostInfo,
} from './moments-state.js';

const COMMENT = { commentId: 'c1', authorId: 'bob', text: 'Nice', createdMs: 1, replyToId: 'dave' };
const POST: PostInfo = {
  ...NO_DRAFT,
  postId: 'p1',
  authorId: 'alice',
  mentionedIds: ['erin'],
  audience: undefined,
  createdMs: 1,
  edited: false,
  likes: { mine: false, count: 1, more: false, userIds: ['carol'] },
  comments: { count: 1, more: false, list: [COMMENT] },
  shares: 0,
};

describe('what is open', () => {
  it('is kept in the address', () => {
    const views: MomentsView[] = [
      { kind: 'timeline' },
      { kind: 'notices' },
      { kind: 'person', userId: 'bob' },
      { kind: 'post', postId: 'a:b' },
    ];
    expect(views.map((view) => viewFromAddress(addressOf(view)))).toEqual(views);
    expect(viewFromAddress('moments:person:')).toEqual({ kind: 'timeline' });
    expect(['d:alice:bob', 'momentsx', '', undefined].map(viewFromAddress)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a post', () => {
  it('names everyone who has to do with it', () => {
    expect(peopleOfPosts([POST])).toEqual(['alice', 'carol', 'erin', 'bob', 'dave']);
  });

  it('can be cleared of comments by its author, and of own ones by who wrote them', () => {
    const may = (meId: string) => mayDeleteComment(POST, COMMENT, meId);
    expect(['alice', 'bob', 'carol'].map(may)).toEqual([true, true, false]);
  });
});

describe('a draft', () => {
  it('has to say something, and for some it has to name them', () => {
    const text = { ...NO_DRAFT, text: 'Hello' };
    const link = { ...NO_DRAFT, link: { url: 'https://example.com', title: 'x', description: '' } };
    const place = { ...NO_DRAFT, location: { name: 'Bridge', latitude: 0, longitude: 0 } };
    const ready = (draft: typeof text) => isSendable(draft, FOR_FRIENDS);
    expect([NO_DRAFT, { ...text, text: ' ' }, place, text, link].map(ready)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    const some = { kind: 'only', userIds: [], tags: [] } as const;
    expect(isSendable(text, some)).toBe(false);
    expect(isSendable(text, { ...some, tags: ['work'] })).toBe(true);
    expect(isSendable(text, { ...some, kind: 'except', userIds: ['bob'] })).toBe(true);
    expect(isSendable(text, { ...some, kind: 'private' })).toBe(true);
  });
});
