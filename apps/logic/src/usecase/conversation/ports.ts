import type { AppId, ConversationId, Sender, UserId } from '@queqiao/domain';

/** One line of a log, as stored. */
export interface EntryRecord {
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly ordinal: number;
  readonly sender: Sender;
  /** Empty for entries that the server wrote. */
  readonly clientMsgId: string;
  readonly revision: number;
  readonly createdMs: number;
  /** An encoded queqiao.client.v1.Content; use cases do not look inside. */
  readonly content: Uint8Array;
}

/** One user's own row in a conversation. Of two states of the same member the one with the higher rev is newer. */
export interface MemberRecord {
  readonly conversationId: ConversationId;
  readonly userId: UserId;
  readonly joinedSeq: number;
  /** Null for a current member. */
  readonly leftSeq: number | null;
  readonly readSeq: number;
  readonly readOrdinal: number;
  readonly rev: number;
}

/** A member row with what its owner may know of the head: for someone who left, the head as it was at the leave. */
export interface Membership {
  readonly member: MemberRecord;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  /** Seq of the entry that a list shows; 0 when there is none. */
  readonly shownSeq: number;
  /** For ordering only. */
  readonly activeMs: number;
  /** Only grows; differs from what a device was given exactly when there is something new for it. */
  readonly change: number;
}

export interface ShownEntry {
  readonly entry: EntryRecord;
  /** Null for conversations that are not groups. */
  readonly groupName: string | null;
}

export interface SeqRange {
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface PullRange extends SeqRange {
  /** Entries at most. */
  readonly limit: number;
  /** Fill from toSeq downwards; entries still come ascending. */
  readonly backwards: boolean;
}

export interface PullResult {
  /** Ascending; exactly those of the answered range that the user may see. */
  readonly entries: EntryRecord[];
  /** Parts of the answered range that hold nothing for this user: they count as surfaced. */
  readonly notVisible: SeqRange[];
  /** Newest seq that the user may see. */
  readonly lastSeq: number;
  readonly hasMore: boolean;
}

/** One user in one conversation. */
export interface MemberKey {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly conversationId: ConversationId;
}

export interface AdvanceRead extends MemberKey {
  readonly seq: number;
  /** Node that the dispatch row names. */
  readonly owner: string;
  readonly dispatchDelayMs: number;
}

export type AdvanceReadResult =
  | { readonly status: 'moved'; readonly membership: Membership; readonly dispatchId: string }
  | { readonly status: 'unchanged'; readonly membership: Membership }
  | { readonly status: 'not-found' }
  | { readonly status: 'no-such-seq' };

/** What the conversation use cases read and change. */
export interface ConversationLog {
  /** All conversations of a user, left ones included: one indexed read. */
  memberships(appId: AppId, userId: UserId): Promise<Membership[]>;
  /** By primary key; missing ones are left out. */
  shownEntries(
    appId: AppId,
    wanted: readonly { conversationId: ConversationId; seq: number }[],
  ): Promise<ShownEntry[]>;
  /** Null when the user was never a member. toSeq 0 means the newest. */
  pull(input: MemberKey & PullRange): Promise<PullResult | null>;
  /** Forward only, with a dispatch row for the new state in the same transaction. */
  advanceRead(input: AdvanceRead): Promise<AdvanceReadResult>;
}

export interface LogEpoch {
  /** The number that only a restore from backup raises. */
  logEpoch(): Promise<number>;
}

/** Pushes a member's own state to that user's sessions; the dispatch row makes it certain. */
export interface StatePusher {
  pushState(push: { appId: AppId; membership: Membership; dispatchId: string }): void;
}
