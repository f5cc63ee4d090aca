import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import type { Abandonment } from './abandoned.js';
import type { Membership } from './conversation-types.js';
import type { LogRequest } from './log-types.js';

/** Seqs of one deleteForMe, and hidden seqs that a state carries. */
export const HIDDEN_MAX_SEQS = 500;
/** Acks of one ackDelivered. */
export const ACK_MAX_ITEMS = 500;
/** User ids of one page of readers. */
export const READERS_MAX_PAGE = 200;

/** Whose row is changed, and what the dispatch row for the new state says. */
export interface MemberChange {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly conversationId: ConversationId;
  readonly owner: string;
  readonly dispatchDelayMs: number;
  /** No further statement is begun once it is aborted. */
  readonly signal?: Abandonment;
}

export type MemberChangeResult =
  | {
      readonly status: 'changed';
      readonly membership: Membership;
      /** Direct chats: the other side's row, when it was changed too. */
      readonly peer: Membership | null;
      readonly dispatchId: string;
    }
  /** Everything was so before: nothing was written. */
  | { readonly status: 'unchanged'; readonly membership: Membership }
  /** The user was never a member, or the conversation does not exist. */
  | { readonly status: 'not-found' };

/** `no-such-seq`: the log that the user may see does not reach as far as `seq`, the first such one of those given. */
export type SeqChangeResult =
  MemberChangeResult | { readonly status: 'no-such-seq'; readonly seq: number };

/** What is left out stays. Empty texts and false take a setting away. */
export interface SettingsPatch {
  readonly pinned?: boolean | undefined;
  readonly muted?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  readonly draft?: string | undefined;
  readonly remark?: string | undefined;
  readonly markedUnread?: boolean | undefined;
}

export interface SettingsChange extends MemberChange {
  readonly patch: SettingsPatch;
  readonly throughSeq: number;
  /** Recognises a repeated call; null: every call counts. */
  readonly request: LogRequest | null;
}

export interface DeliveredAck {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly conversationId: ConversationId;
  readonly seq: number;
}

export interface AckDeliveredResult {
  /** Null when no state changed. */
  readonly dispatchId: string | null;
  /** States of those who see by it that something arrived. */
  readonly changed: readonly { readonly appId: AppId; readonly membership: Membership }[];
}

export interface ReadersInput {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly seq: number;
  /** Left out of list and counts. */
  readonly senderId: UserId;
  /** True: those who have not read it. */
  readonly unread: boolean;
  /** Only ids above it; empty: from the first. */
  readonly afterUserId: string;
  readonly limit: number;
}

export interface ReadersResult {
  /** Ascending. */
  readonly userIds: UserId[];
  readonly readCount: number;
  readonly unreadCount: number;
}

/**
 * What users keep about conversations. Every change of a row that its owner sees raises its rev by 1 and has a dispatch row
 * in the same transaction; rows of several users are locked in the order of their keys.
 */
export interface MemberStore {
  /** Moves a read cursor forward, never back, and the peer's view of it; takes a mark as unread away. */
  advanceRead(input: MemberChange & { readonly seq: number }): Promise<SeqChangeResult>;
  /**
   * Hides no later entry than `throughSeq` (0: the newest one). A request that was carried out before changes nothing.
   * Errors: ALREADY_EXISTS when its id was used for something else.
   */
  updateSettings(input: SettingsChange): Promise<SeqChangeResult>;
  /** Hides everything up to `throughSeq` (0: the newest entry) and marks it read. */
  clearHistory(input: MemberChange & { readonly throughSeq: number }): Promise<SeqChangeResult>;
  /** Hides entries from their reader; at most HIDDEN_MAX_SEQS. Cleared ones are left out. */
  deleteForMe(input: MemberChange & { readonly seqs: readonly number[] }): Promise<SeqChangeResult>;
  /**
   * Moves delivered cursors forward, never back, all in one transaction; at most ACK_MAX_ITEMS. Acks of strangers and of
   * what is not there yet are left out or cut to what is.
   */
  ackDelivered(
    acks: readonly DeliveredAck[],
    dispatch: { readonly owner: string; readonly dispatchDelayMs: number },
  ): Promise<AckDeliveredResult>;
  /** Who of the members at the time of an entry has read it, or has not. */
  readers(input: ReadersInput): Promise<ReadersResult>;
}
