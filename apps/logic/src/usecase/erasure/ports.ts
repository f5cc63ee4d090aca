import type { AppId, ConversationId, GroupId, PostId, UserId } from '@queqiao/domain';

import type { Revoker } from '../device/ports.js';

/** In this order. From `sweep` on the user is gone; it removes what calls left that knew the user until then. */
export type ErasurePhase =
  'messages' | 'groups' | 'posts' | 'friends' | 'rows' | 'user' | 'sweep' | 'done';

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
  /** True: there may be more. */
  eraseRows(job: ErasureJob): Promise<boolean>;
  /** The user is unknown from then on. */
  eraseUser(job: ErasureJob): Promise<void>;
}
