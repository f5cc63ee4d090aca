import type { UserId } from '@queqiao/domain';

/** What somebody did that others are told of. */
export type Deed = 'like' | 'comment' | 'mention';
/** What that is to whom it is told: a comment that answers one of theirs is a reply. */
export type NoticeKind = Deed | 'reply';

/** Who did what to a post. */
export interface NoticedDeed {
  readonly deed: Deed;
  readonly actorId: UserId;
  /** Empty: it is about no comment. */
  readonly commentId: string;
}
