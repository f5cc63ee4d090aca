import type { AppId, ConversationId, GroupId, PostId, UserId } from '@queqiao/domain';
import type { Revoker } from './account/revocation-types.js';
import type { AppTurn } from './app-turns.js';

/** In this order. From `sweep` on the user is gone; it goes through all of them again, for what calls left that were under way. */
export const ERASURE_PHASES = [
  'messages',
  'groups',
  'posts',
  'friends',
  'requests',
  'rows',
  'user',
  'sweep',
  'done',
] as const;
export type ErasurePhase = (typeof ERASURE_PHASES)[number];

/**
 * From the end of a user to the sweep, which begins when no call is under way any more that was let in before the erasure was known
 * everywhere: longer than a connection may be open, and the statements that its end leaves behind.
 */
export const SWEEP_AFTER_MS = 600_000;
/** How long a node may be busy with one step before another one takes the job. */
export const ERASURE_LEASE_MS = 10_000;
/** Of what erasures do: one more whenever they find something that they left before, and those that are done are begun anew. */
export const ERASURE_VERSION = 1;
/** Erasures of older versions that are begun anew at a time. */
export const ERASED_AGAIN_MAX_USERS = 20;
/** Groups that one step looks through for users who are not in them. */
export const SENDER_SEARCH_MAX_GROUPS = 10;
/** Rows that one step removes. */
export const ERASURE_STEP_ROWS = 500;

export interface Erasure {
  readonly userId: UserId;
  readonly keepMessages: boolean;
  readonly phase: ErasurePhase;
  readonly steps: number;
  readonly requestedMs: number;
  /** 0: not yet. */
  readonly erasedMs: number;
}

export interface ErasureJob {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly keepMessages: boolean;
  readonly phase: ErasurePhase;
  readonly doneTo: string;
}

export interface ErasedGroup {
  readonly groupId: GroupId;
  readonly isOwner: boolean;
  readonly dissolved: boolean;
  /** Who becomes the owner: the admin, else the member, who joined first; null: nobody else is in it. */
  readonly successorId: UserId | null;
}

export interface OwnMessages {
  readonly seqs: readonly number[];
  /** Where the next ones follow; null: there are none. */
  readonly after: string | null;
}

/** Entries of one sender in one log. */
export interface ToldPlace {
  readonly conversationId: ConversationId;
  readonly sender: UserId;
}

/** One that the server wrote. */
export interface ToldEntry {
  readonly seq: number;
  /** An encoded queqiao.client.v1.Content. */
  readonly content: Uint8Array;
}

/** Something that the user asked somebody, was asked, or answered, and where that was told. */
export interface ErasedRequest {
  readonly row: {
    readonly kind: 'friend' | 'invitation' | 'application';
    /** The other one, or who is to come into the group. */
    readonly userId: UserId;
    readonly conversationId: ConversationId | null;
  };
  readonly places: readonly ToldPlace[];
}

/** Every method may be run again; where a job stands is in its row. */
export interface ErasureStore {
  /** Null when there is no such user. An erasure that there is stays as it is. Errors: ALREADY_EXISTS (the request id). */
  begin(
    appId: AppId,
    user: { readonly userId: UserId; readonly keepMessages: boolean },
    revoker: Revoker,
  ): Promise<Erasure | null>;
  erasure(appId: AppId, userId: UserId): Promise<Erasure | null>;
  /** The one that is due first of the app whose turn it is; it is this node's until its lease runs out. */
  claim(owner: string, turn: AppTurn): Promise<ErasureJob | null>;
  /**
   * Where the job stands now, and the lease anew, or when the sweep is due; at the end of a turn it is due at once, behind others of its
   * app, and anybody's. False: it is another node's.
   */
  save(job: ErasureJob, owner: string, turn: { readonly isTurnOver: boolean }): Promise<boolean>;
  /**
   * One step of what older versions left: some groups of an app are looked through for what was imported in the names of others, and when
   * that is done everywhere, users whose erasure came to its end by an older version are due again. False: nothing is left to do.
   */
  again(): Promise<boolean>;
  backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
  /** The user's conversations by id, also those that were left, and those into which something was imported. */
  nextConversation(job: ErasureJob, after: string): Promise<ConversationId | null>;
  /** Messages of the user that are there, at most `limit`, by their client ids. */
  ownMessages(
    job: ErasureJob,
    conversationId: ConversationId,
    page: { readonly after: string; readonly limit: number },
  ): Promise<OwnMessages>;
  /** Empties messages without telling anybody: in logs that nobody else reads, or to which nothing is added. */
  blankMessages(
    job: ErasureJob,
    conversationId: ConversationId,
    seqs: readonly number[],
  ): Promise<void>;
  /** Empties what stands in the user's own feed. True: there may be more. */
  blankFeed(job: ErasureJob): Promise<boolean>;
  /** Takes the user's reactions away, and closes the direct chat to the other side. */
  closeConversation(job: ErasureJob, conversationId: ConversationId): Promise<void>;
  /** A group that the user is in. */
  nextGroup(job: ErasureJob): Promise<ErasedGroup | null>;
  /** Ends a membership in a group that has ended, of which nobody is told. */
  leaveEnded(job: ErasureJob, groupId: GroupId): Promise<void>;
  /** Posts of the user that are there. */
  nextPosts(job: ErasureJob, limit: number): Promise<PostId[]>;
  /** Entries of kinds that repeat words of users, by seq. */
  toldEntries(
    job: ErasureJob,
    place: ToldPlace,
    page: { readonly after: number; readonly limit: number },
  ): Promise<ToldEntry[]>;
  /** Gives an entry another content. Tells nobody. */
  rewriteTold(job: ErasureJob, conversationId: ConversationId, entry: ToldEntry): Promise<void>;
  /** Told to the owner and the admins of now, where it was told to those of a group. */
  nextRequest(job: ErasureJob): Promise<ErasedRequest | null>;
  forgetRequest(job: ErasureJob, row: ErasedRequest['row']): Promise<void>;
  /** Removes rows that are the user's. True: there may be more. */
  eraseRows(job: ErasureJob): Promise<boolean>;
  /** The user is unknown from then on. */
  eraseUser(job: ErasureJob): Promise<void>;
}
