import { invalidArgument, parseUserId, type Audience } from '@queqiao/domain';

import { checkTags } from '../friend/check-friend.js';

/** Users that an audience names by id. */
export const AUDIENCE_MAX_USERS = 200;

export interface AudienceInput {
  readonly kind: Audience['kind'];
  readonly userIds: readonly string[];
  readonly tags: readonly string[];
}

/** Everybody but strangers: what a post is for that says nothing else. */
export const ALL_FRIENDS: Audience = { kind: 'friends', userIds: [], tags: [] };

/**
 * Each user once. Users need not be friends, nor exist: who is named is nobody's business but the author's, and friendships
 * come and go. Errors: INVALID_ARGUMENT.
 */
export function checkAudience({ kind, userIds, tags }: AudienceInput): Audience {
  if (userIds.length > AUDIENCE_MAX_USERS) {
    throw invalidArgument('audience.user_ids', `must be at most ${AUDIENCE_MAX_USERS}`);
  }
  const users = userIds.map((id, index) => parseUserId(id, `audience.user_ids[${index}]`));
  checkTags(tags, 'audience.tags');
  const named = users.length + tags.length > 0;
  const naming = kind === 'only' || kind === 'except';
  if (naming && !named) throw invalidArgument('audience', 'must name somebody');
  if (!naming && named)
    throw invalidArgument('audience', 'names somebody, which its kind does not');
  return { kind, userIds: [...new Set(users)], tags };
}
