import type {
  AppId,
  ConversationId,
  EntryState,
  MemberRow,
  Sender,
  UserId,
  VisibleHead,
} from '@queqiao/domain';
import type { ConversationMode } from './append-types.js';

/** One line of a log, as stored. */
export interface EntryRecord {
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly ordinal: number;
  readonly sender: Sender;
  /** Empty for entries that the server wrote. */
  readonly clientMsgId: string;
  readonly kind: string;
  readonly revision: number;
  readonly state: EntryState;
  readonly createdMs: number;
  /** An encoded queqiao.client.v1.Content; empty unless the state is `present`. */
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
  /** Head of the log, however much of it the member may see. */
  readonly headSeq: number;
  readonly memberVersion: number;
  readonly mode: ConversationMode;
  /** Bits, see HEAD_FLAGS. */
  readonly headFlags: number;
  readonly leaveVersion: number;
  /** last_seq of the visible log + rev: only grows, so it tells whether a device has seen this state. */
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

export interface PullInput {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly conversationId: ConversationId;
  /** First seq wanted, at least 1. */
  readonly fromSeq: number;
  /** Last seq wanted; 0 means the newest. */
  readonly toSeq: number;
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
  /** Something of the wanted range lies beyond what was answered. */
  readonly hasMore: boolean;
}

export interface CatchUpResult {
  readonly conversationId: ConversationId;
  /** Null when the user was never a member. */
  readonly result: PullResult | null;
}

export interface MemberList {
  /** The member_version of the list; exact for entries whose head was read at this version or a lower one. */
  readonly version: number;
  readonly members: readonly MemberSpan[];
}

export interface MemberSpan {
  readonly userId: UserId;
  readonly joinedSeq: number;
  readonly leftSeq: number | null;
}

/** What fan-out has to know of a conversation. */
export interface ConversationHead {
  readonly conversationId: ConversationId;
  readonly memberVersion: number;
  readonly leaveVersion: number;
  readonly mode: ConversationMode;
  readonly lastSeq: number;
}

/** A conversation as nobody in particular sees it. */
export interface ConversationSummary {
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly shownSeq: number;
  readonly activeMs: number;
  /** Null for conversations that are not groups. */
  readonly group: {
    readonly name: string;
    readonly memberCount: number;
    readonly dissolved: boolean;
  } | null;
}

export interface ReadStateRecord {
  readonly userId: UserId;
  readonly readSeq: number;
  readonly deliveredSeq: number;
  readonly unread: number;
}

export interface ReadStatePage {
  readonly states: readonly ReadStateRecord[];
  readonly lastSeq: number;
}

export interface ConversationStore {
  /** Null when there is no such conversation. */
  summary(appId: AppId, conversationId: ConversationId): Promise<ConversationSummary | null>;
  /** Current members after `afterUserId`, by id. At most READ_STATES_MAX_PAGE. Null when there is no such conversation. */
  readStates(
    appId: AppId,
    conversationId: ConversationId,
    page: { readonly afterUserId: string; readonly limit: number },
  ): Promise<ReadStatePage | null>;
  /** All conversations of a user, left ones included, with their heads: one indexed statement, in no order. */
  memberships(appId: AppId, userId: UserId): Promise<Membership[]>;
  /** Entries to show in a list, by primary key, with the names of groups; seq 0 asks for the name alone. At most 500. */
  shownEntries(
    appId: AppId,
    wanted: readonly { conversationId: ConversationId; seq: number }[],
  ): Promise<ShownEntry[]>;
  /** Null when the user was never a member. */
  member(appId: AppId, userId: UserId, conversationId: ConversationId): Promise<Membership | null>;
  /** A range of a log, trimmed to what the user may see. Null when the user was never a member. */
  pull(input: PullInput): Promise<PullResult | null>;
  /** Entries of a range whoever may see them, ascending: for pushes, which check visibility per member. */
  entries(appId: AppId, conversationId: ConversationId, range: SeqRange): Promise<EntryRecord[]>;
  /**
   * Current members, and those who left at or after `leftSinceSeq` (default 0: all). One statement, so version and list belong together. Null when the
   * conversation does not exist.
   */
  memberList(
    appId: AppId,
    conversationId: ConversationId,
    leftSinceSeq?: number,
  ): Promise<MemberList | null>;
  /** Heads of conversations that exist, in no order: for re-claimed dispatch rows. */
  heads(appId: AppId, conversationIds: readonly ConversationId[]): Promise<ConversationHead[]>;
  /** Makes missing heads and member rows of direct chats and self feeds; existing ones stay untouched. */
  ensureDirect(wanted: readonly { appId: AppId; conversationId: ConversationId }[]): Promise<void>;
  /**
   * Several ranges, ascending, each trimmed as `pull` does, in the order of `wanted` and without repeats in it. Bounded:
   * later ones may be cut short or left out; the first one never is. At most CATCH_UP_MAX_CONVERSATIONS.
   */
  catchUp(
    appId: AppId,
    userId: UserId,
    wanted: readonly { conversationId: ConversationId; fromSeq: number }[],
  ): Promise<CatchUpResult[]>;
}
