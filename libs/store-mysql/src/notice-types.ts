import type { AppId, PostId, UserId } from '@queqiao/domain';
import type { LogEntry, LogOutcome, LogWork } from './log-types.js';
import type { CommentRecord } from './reaction-types.js';
import type { NotifyJob } from './timeline-types.js';

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

/** What a user is told, as the entry says it. */
export interface NoticeWords {
  readonly kind: NoticeKind;
  readonly postId: PostId;
  readonly actorId: UserId;
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

/**
 * What others did that concerns a user. Whether it is there, and for that user's eyes, is asked by the statement that reads it;
 * nothing else is listed or counted.
 */
export interface NoticeStore {
  /** Newest first; looks at NOTICES_MAX_LOOK. `next` null: there are no more. */
  list(
    appId: AppId,
    userId: UserId,
    page: NoticePage,
  ): Promise<{ readonly notices: readonly NoticeRecord[]; readonly next: number | null }>;
  /** Of the newest NOTICES_MAX_COUNTED that the user has not read. */
  countUnread(appId: AppId, userId: UserId): Promise<number>;
  /** Moves the mark forward, at most to the end of the feed; nothing is told where it passes no notice. */
  markRead(
    work: LogWork & { readonly userId: UserId; readonly throughSeq: number },
    entry: (throughSeq: number) => LogEntry,
  ): Promise<LogOutcome<null>>;
  /**
   * One step of a job: at most NOTIFY_MAX_USERS users are told, each once of the same thing, all or nothing and with the place in the
   * job. Answers whether nothing is left to do. Steps of one job wait for each other.
   */
  notify(
    job: NotifyJob,
    work: Pick<LogWork, 'owner' | 'dispatchDelayMs'>,
    entry: (words: NoticeWords) => LogEntry,
  ): Promise<LogOutcome<boolean>>;
  /** Removes notices older than NOTICE_KEPT_MS, at most `limit` of each app; returns how many. */
  prune(limit: number): Promise<number>;
}

/** Users that one step of a job tells. */
export const NOTIFY_MAX_USERS = 100;
/** Notices that a page looks at. */
export const NOTICES_MAX_LOOK = 200;
/** Unread notices that are looked at to count them. */
export const NOTICES_MAX_COUNTED = 1_000;
/** Notices are kept at least this long: 90 days. */
export const NOTICE_KEPT_MS = 7_776_000_000;
