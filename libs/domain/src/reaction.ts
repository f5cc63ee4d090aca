import type { UserId } from './ids.js';

/** Stored as the place in this list. */
export const COMMENT_STATES = ['present', 'deleted', 'removed', 'dismissed'] as const;
/** `deleted`: by its writer; `removed`: by the app; `dismissed`: by the author of the post. */
export type CommentState = (typeof COMMENT_STATES)[number];

/** What a viewer and the writer of a like or comment are to each other now. */
export interface ReactionRelation {
  /** Both have their row of the friendship. */
  readonly friends: boolean;
  /** One of the two takes nothing from the other. */
  readonly blocked: boolean;
}

/**
 * The one rule of who sees a like or comment, among those who see its post: whoever does not, sees none of it. The same for the
 * comment that another one answers.
 */
export function canSeeReaction(
  viewerId: UserId,
  { writerId, authorId }: { readonly writerId: UserId; readonly authorId: UserId },
  { friends, blocked }: ReactionRelation,
): boolean {
  if (viewerId === writerId) return true;
  return !blocked && (friends || writerId === authorId);
}
