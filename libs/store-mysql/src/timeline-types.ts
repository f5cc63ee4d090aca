import type { AppId, PostId, UserId } from '@queqiao/domain';
import type { AppTurn } from './app-turns.js';
import type { PostPage, ViewedPost } from './moment-types.js';
import type { NoticedDeed } from './notice-types.js';

/** Where a post stands in the order in which posts came into a timeline. */
export interface Arrival {
  readonly arrivedMs: number;
  readonly postId: string;
}

interface ClaimedJob {
  readonly jobId: string;
  readonly appId: AppId;
  readonly authorId: UserId;
  /** Claims that were not followed by a step. */
  readonly attempts: number;
}

/** What a timeline still lacks, or what is left of a post that is gone. */
export type TimelineJob = ClaimedJob &
  (
    | { readonly kind: 'fan-out'; readonly postId: PostId }
    | { readonly kind: 'sources' }
    | { readonly kind: 'erase'; readonly postId: PostId }
    | { readonly kind: 'back-fill'; readonly viewerId: UserId }
  );
/** Somebody did something to a post, and others have to be told. */
export type NotifyJob = ClaimedJob & {
  readonly kind: 'notify';
  readonly postId: PostId;
} & NoticedDeed;
export type MomentJob = TimelineJob | NotifyJob;
export type MomentJobOf<K extends MomentJob['kind']> = Extract<MomentJob, { readonly kind: K }>;

/** Several statements each: to be asked where they are of one moment, see MomentReader. */
export interface TimelineReads {
  /**
   * What may be shown in a user's timeline, newest first, judged by nobody yet; at most POSTS_MAX_PAGE. References, and posts of those
   * whom the timeline names as sources, in one order and of one moment.
   */
  page(appId: AppId, userId: UserId, page: PostPage): Promise<ViewedPost[]>;
  /**
   * The same in the order of arrival, above a place. What a source had made before it became one has arrived at that moment, the newest
   * BACK_FILL_MAX_POSTS of it.
   */
  arrivals(
    appId: AppId,
    userId: UserId,
    page: { readonly after: Arrival; readonly limit: number },
  ): Promise<(ViewedPost & { readonly arrivedMs: number })[]>;
}

export interface ArrivalClock {
  /**
   * The database's clock. A reference bears the time at which it was written, as a source and a post do, and is seen when its
   * transaction ends: a minute later at most, as statements and silent connections are ended long before.
   */
  nowMs(): Promise<number>;
}

export interface MomentClaim {
  readonly owner: string;
  readonly limit: number;
  readonly turn: AppTurn;
}

export interface MomentJobStore {
  /**
   * Claims jobs that are due of the app whose turn it is, for CLAIM_BACKOFF_BASE_MS and longer with every claim that comes to nothing.
   */
  claimDue(claim: MomentClaim): Promise<MomentJob[]>;
  /**
   * One step of a job, all or nothing, with its place in the job: at most FAN_OUT_MAX_ROWS references or sources, all of a back-fill, or
   * ERASE_MAX_ROWS likes and as many comments. True when nothing is left to do. Steps of one job wait for each other, and what is
   * there is not written again.
   */
  advance(job: TimelineJob): Promise<boolean>;
  /** All jobs that wait, and for how long the one that is due first has been. */
  backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
}

/** References that one step of a fan-out writes, and sources that one of theirs does. */
export const FAN_OUT_MAX_ROWS = 500;
/** Likes, and comments, of a post that is gone which one step erases. */
export const ERASE_MAX_ROWS = 500;
/** Posts of a new friend that a timeline gets: the newest ones. */
export const BACK_FILL_MAX_POSTS = 200;
/** Sources whose posts one statement merges; more take further ones. */
export const SOURCES_MAX_STATEMENT = 100;
