import type {
  AppId,
  ConversationId,
  EntryState,
  MemberRow,
  Sender,
  UserId,
  VisibleHead,
} from '@queqiao/domain';

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
  readonly state: EntryState;
  /** An encoded queqiao.client.v1.Content, empty unless the state is `present`; use cases do not look inside. */
  readonly content: Uint8Array;
}

/** One user's own row in a conversation. Of two states of the same member the one with the higher rev is newer. */
export interface MemberRecord extends MemberRow {
  readonly userId: UserId;
}

/** A member row with what its owner may know of the head: for someone who left, the head as it was at the leave. */
export interface Membership extends VisibleHead {
  readonly member: MemberRecord;
  /** Seq of the entry that a list shows; 0 when there is none. */
  readonly shownSeq: number;
  /** For ordering only. */
  readonly activeMs: number;
  readonly mode: 'routed' | 'both' | 'subscribed';
  readonly leaveVersion: number;
  /** Only grows; differs from what a device was given exactly when there is something new for it. */
  readonly change: number;
}

export interface ShownEntry {
  readonly conversationId: ConversationId;
  /** Null when there is no entry of that seq. */
  readonly entry: EntryRecord | null;
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

export interface CatchUpResult {
  readonly conversationId: ConversationId;
  /** Null when the user was never a member. */
  readonly result: PullResult | null;
}

/** What the conversation use cases read and change. */
export interface ConversationLog {
  /** All conversations of a user, left ones included: one indexed read. */
  memberships(appId: AppId, userId: UserId): Promise<Membership[]>;
  /** By primary key, with the names of groups; seq 0 asks for the name alone. */
  shownEntries(
    appId: AppId,
    wanted: readonly { conversationId: ConversationId; seq: number }[],
  ): Promise<ShownEntry[]>;
  /** Null when the user was never a member. toSeq 0 means the newest. */
  pull(input: MemberKey & PullRange): Promise<PullResult | null>;
  /** Several ranges in the order of `wanted`; later ones may be cut short or left out, the first one never is. */
  catchUp(
    appId: AppId,
    userId: UserId,
    wanted: readonly { conversationId: ConversationId; fromSeq: number }[],
  ): Promise<CatchUpResult[]>;
  /** Null when the user was never a member. */
  member(appId: AppId, userId: UserId, conversationId: ConversationId): Promise<Membership | null>;
  /** Whoever may see them. */
  entries(appId: AppId, conversationId: ConversationId, range: SeqRange): Promise<EntryRecord[]>;
}

export interface LogEpoch {
  /** The number that only a restore from backup raises. */
  logEpoch(): Promise<number>;
}
