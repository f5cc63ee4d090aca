import { describe, expect, it } from 'vitest';
import type { UserId } from './ids.js';
import { canSeeReaction, COMMENT_STATES } from './reaction.js';

const user = (id: string): UserId => id as UserId;
const [ann, bob, carol] = [user('ann'), user('bob'), user('carol')];

/** Ann wrote the post. */
describe.each([
  ['a stranger', false, false],
  ['a friend', true, false],
  ['a blocked stranger', false, true],
  ['a blocked friend', true, true],
])('of %s', (_, friends, blocked) => {
  const sees = (viewerId: UserId, writerId: UserId) =>
    canSeeReaction(viewerId, { writerId, authorId: ann }, { friends, blocked });

  it.each<[string, UserId, UserId, boolean]>([
    ['a friend of the author sees what another one wrote', bob, carol, friends && !blocked],
    ['a friend of the author sees what the author wrote', bob, ann, !blocked],
    ['the author sees what a friend of then wrote', ann, bob, friends && !blocked],
    ['everybody sees what is their own', bob, bob, true],
    ['the author sees what is their own', ann, ann, true],
  ])('%s, if at all', (__, viewerId, writerId, seen) => {
    expect(sees(viewerId, writerId)).toBe(seen);
  });
});

it('states are stored by their places, which never change', () => {
  expect(COMMENT_STATES).toEqual(['present', 'deleted', 'removed', 'dismissed']);
});
