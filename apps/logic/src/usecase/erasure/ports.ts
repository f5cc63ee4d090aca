import type { AppId, ConversationId, GroupId, PostId, UserId } from '@queqiao/domain';

import type { Revoker } from '../device/ports.js';

/** In this order. From `sweep` on the user is gone; it goes through all of them again, for what calls left that were under way. */
export type ErasurePhase =
  'messages' | 'groups' | 'posts' | 'friends' | 'requests' | 'rows' | 'user' | 'sweep' | 'done';

export interface Erasure {
  readonly userId: UserId;
  readonly keepMessages: boolean;
  readonly phase: ErasurePhase;
  readonly steps: number;
  readonly requestedMs: number;
  /** 0: not yet. */
  readonly erasedMs: number;
}

export interface Erasures {
  /** Null when there is no such user. One that there is stays as it is. Errors: ALREADY_EXISTS (the request id). */
  begin(
    appId: AppId,
    user: { readonly userId: UserId; readonly keepMessages: boolean },
    revoker: Revoker,
  ): Promise<Erasure | null>;
  erasure(appId: AppId, userId: UserId): Promise<Erasure | null>;
}

export interface ErasureJob {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly keepMessages: boolean;
  readonly phase: ErasurePhase;
  /** Within the phase. */
  readonly doneTo: string;
}

/** Entries of one sender in one log. */
export interface ToldPlace {
  readonly conversationId: ConversationId;
  readonly sender: UserId;
}

/** One that the server wrote. */
export interface ToldEntry {
  readonly seq: number;
  readonly content: Uint8Array;
}

/** Something that the user asked somebody, was asked, or answered. */
export interface ErasedRequest {
  readonly row: {
    readonly kind: 'friend' | 'invitation' | 'application';
    readonly userId: UserId;
    readonly conversationId: ConversationId | null;
  };
  /** Where it was told. */
  readonly places: readonly ToldPlace[];
}

export interface ToldContents {
  /** A content without what the user wrote or is called in it; null: there is nothing of that. */
  withoutWords(content: Uint8Array, userId: UserId): Uint8Array | null;
}

/** What a job removes itself. Everything may be run again. */
export interface ErasureRows {
  nextConversation(job: ErasureJob, after: string): Promise<ConversationId | null>;
  ownMessages(
    job: ErasureJob,
    conversationId: ConversationId,
    page: { readonly after: string; readonly limit: number },
  ): Promise<{ readonly seqs: readonly number[]; readonly after: string | null }>;
  /** Tells nobody. */
  blankMessages(
    job: ErasureJob,
    conversationId: ConversationId,
    seqs: readonly number[],
  ): Promise<void>;
  /** True: there may be more. */
  blankFeed(job: ErasureJob): Promise<boolean>;
  closeConversation(job: ErasureJob, conversationId: ConversationId): Promise<void>;
  nextGroup(job: ErasureJob): Promise<{
    readonly groupId: GroupId;
    readonly isOwner: boolean;
    readonly dissolved: boolean;
    readonly successorId: UserId | null;
  } | null>;
  leaveEnded(job: ErasureJob, groupId: GroupId): Promise<void>;
  nextPosts(job: ErasureJob, limit: number): Promise<PostId[]>;
  toldEntries(
    job: ErasureJob,
    place: ToldPlace,
    page: { readonly after: number; readonly limit: number },
  ): Promise<ToldEntry[]>;
  rewriteTold(job: ErasureJob, conversationId: ConversationId, entry: ToldEntry): Promise<void>;
  nextRequest(job: ErasureJob): Promise<ErasedRequest | null>;
  forgetRequest(job: ErasureJob, row: ErasedRequest['row']): Promise<void>;
  /** True: there may be more. */
  eraseRows(job: ErasureJob): Promise<boolean>;
  /** The user is unknown from then on. */
  eraseUser(job: ErasureJob): Promise<void>;
}
