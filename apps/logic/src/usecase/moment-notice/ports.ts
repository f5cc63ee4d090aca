import type { AppId, PostId, UserId } from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork, EncodedEntry, NewEntry } from '../change/ports.js';
import type { CommentRecord } from '../comment/read-ports.js';

/** What something is to whom it is told. */
export type NoticeKind = 'like' | 'comment' | 'reply' | 'mention';

export interface NoticeWords {
  readonly kind: NoticeKind;
  readonly postId: PostId;
  /** Who did it. */
  readonly actorId: UserId;
  /** Empty: it is about no comment. */
  readonly commentId: string;
}

export interface NoticeRecord extends NoticeWords {
  /** Place of the entry in the user's self feed. */
  readonly seq: number;
  readonly createdMs: number;
  readonly unread: boolean;
  /** Null: it is about no comment. */
  readonly comment: CommentRecord | null;
}

export interface NoticePage {
  /** Place of the last one that was looked at; null: from the newest. */
  readonly before: number | null;
  readonly limit: number;
  readonly unreadOnly: boolean;
}

/** Of a user, without what is gone or not for the user's eyes when it is read. */
export interface MomentNotices {
  /** Newest first; few, even none, may be followed by more. `next` null: there are no more. */
  list(
    appId: AppId,
    userId: UserId,
    page: NoticePage,
  ): Promise<{ readonly notices: readonly NoticeRecord[]; readonly next: number | null }>;
  /** Up to a bound. */
  countUnread(appId: AppId, userId: UserId): Promise<number>;
  /** Moves the mark forward, at most to the end of the feed; nothing is told where it passes no notice. */
  markRead(
    work: Omit<ChangeWork, 'request'> & {
      readonly request: null;
      readonly userId: UserId;
      readonly throughSeq: number;
    },
    entry: (throughSeq: number) => NewEntry,
  ): Promise<ChangeOutcome<null>>;
}

/** Words of self feeds about notices, encoded. */
export interface NoticeEntries {
  noticed(words: NoticeWords): EncodedEntry;
  noticesRead(throughSeq: number): EncodedEntry;
}
