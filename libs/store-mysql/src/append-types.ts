import type {
  AppId,
  ChangeFacts,
  ConversationId,
  DomainError,
  EntryChange,
  EntryState,
  GroupRole,
  Sender,
  UserId,
} from '@queqiao/domain';

export interface AppendItem {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly sender: Sender;
  /** Recognises retries together with app, conversation and sender. Empty: server-written, never looked up. */
  readonly clientMsgId: string;
  /** `$case` of the content. */
  readonly kind: string;
  /** An encoded queqiao.client.v1.Content. */
  readonly content: Uint8Array;
  /** Raises the ordinal, and so the unread count of the others. */
  readonly countable: boolean;
  /** Shown as the last entry of a conversation in lists. Default true. */
  readonly shown?: boolean;
  /** Who is told apart that it is about them. Ids of those who are no members are passed over; see APPEND_MAX_MENTIONS. */
  readonly mentions?: AppendMentions | undefined;
  /** When it was said, of entries that are imported; the database's clock when left out. */
  readonly createdMs?: number | undefined;
  /** What the entry does to earlier ones: judged and applied with it, under the same lock. Moves no read cursor. */
  readonly change?: EntryChange;
}

export interface AppendMentions {
  /** Everybody who can see the entry. */
  readonly all: boolean;
  readonly userIds: readonly string[];
}

/** One per item, in the order of the items. */
export type AppendOutcome =
  | AppendStored
  | { readonly status: 'refused'; readonly error: DomainError }
  /** The change had been made before: no entry was stored. An earlier or later attempt of it gets the same outcome. */
  | { readonly status: 'unchanged'; readonly createdMs: number }
  /** Another transaction holds the head: nothing was looked up; give the item to a later batch. */
  | { readonly status: 'skipped' }
  /** The conversation's row does not exist: nothing was looked up. */
  | { readonly status: 'no-head' };

/** `duplicate`: an earlier batch, or an earlier item of this one, stored it; the numbers are those of the stored entry. */
export interface AppendStored {
  readonly status: 'committed' | 'duplicate';
  readonly seq: number;
  readonly ordinal: number;
  /** By the database's clock, unless it was imported. */
  readonly createdMs: number;
  /** What was stored, when it is not the item's own content: of edits, and of entries blanked within the same batch. */
  readonly content?: Uint8Array;
  /** Set when an item of the same batch blanked the entry. */
  readonly state?: EntryState;
}

export type ConversationMode = 'routed' | 'both' | 'subscribed';

/** What of a conversation's head was read under its lock; versions are those that fan-out must reach. */
export interface HeadFacts {
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly memberVersion: number;
  readonly leaveVersion: number;
  readonly mode: ConversationMode;
  /** Bits, see HEAD_FLAGS. */
  readonly flags: number;
  /** The clock of the database under the lock. */
  readonly nowMs: number;
}

/** Of the sending user; senders of other kinds have none. */
export interface MemberFacts {
  readonly role: MemberRole;
  readonly joinedSeq: number;
  /** Null for a current member. */
  readonly leftSeq: number | null;
  /** Bits, see MEMBER_FLAGS. */
  readonly flags: number;
  /** Entries up to it were cleared by the user. */
  readonly clearedSeq: number;
  readonly mutedUntilMs: number;
}

export type MemberRole = GroupRole;

/**
 * Null: the item may be stored. Called once per item that is not a retry, in the order of the items, with the very object
 * that the batch was given. An item whose id is taken must be refused: the id was used for something else.
 */
export type Judge = (
  item: AppendItem,
  member: MemberFacts | null,
  head: HeadFacts,
  /** Set exactly when the item is a change. */
  change?: ChangeFacts,
  taken?: boolean,
) => DomainError | null;

export interface CommitBatchOptions {
  readonly judge: Judge;
  /** Node id of the writer, kept in the dispatch row. */
  readonly owner: string;
  /** The dispatch row falls due this many milliseconds after the commit. */
  readonly dispatchDelayMs: number;
  /** Leave out conversations that another transaction holds. Without effect on a batch of a single conversation. */
  readonly skipLocked: boolean;
  /** Devices are not shown the entries but told to pull; events are written only if asked for. For imports. */
  readonly quiet?: { readonly events: boolean } | undefined;
}

/** A conversation that got at least one entry from this batch. */
export interface CommittedHead {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly memberVersion: number;
  readonly leaveVersion: number;
  readonly mode: ConversationMode;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export interface CommitBatchResult {
  readonly outcomes: AppendOutcome[];
  /** Null when nothing was stored. */
  readonly dispatchId: string | null;
  readonly committed: CommittedHead[];
}

export interface AppendStore {
  /**
   * Appends a batch in one transaction. Outcomes are final: `committed` means durable. Limits: APPEND_MAX_ITEMS and
   * APPEND_MAX_CONTENT_BYTES (more throws RangeError). The author of a stored entry has read everything up to it.
   * Errors: AmbiguousCommit, TransientStoreError, PoisonedBatch, StoreUnavailable; after each of them the same batch may be
   * run again.
   */
  commitBatch(
    items: readonly AppendItem[],
    options: CommitBatchOptions,
  ): Promise<CommitBatchResult>;
}

/** Items of one batch. */
export const APPEND_MAX_ITEMS = 512;
/** Bytes of content of one batch: with hexadecimal literals and keys it stays below a quarter of a 16 MiB packet. */
export const APPEND_MAX_CONTENT_BYTES = 1_500_000;
/** What a message that is taken away counts in these bytes: it is several statements, each with the keys. */
export const APPEND_TARGET_BYTES = 700;

/** Users named by the entries of one batch: each is a row that the batch locks. */
export const APPEND_MAX_MENTIONS = 500;

export interface DispatchRange {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Devices are told to pull the range instead of being shown it. */
  readonly quiet?: boolean;
}

export interface DispatchState {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly conversationId: ConversationId;
}

/** What has to be pushed; never content, so that a recalled text cannot leak from it. */
export interface DispatchPayload {
  readonly ranges: readonly DispatchRange[];
  readonly states: readonly DispatchState[];
  readonly resync?: { readonly nodeId: string; readonly bootId: string };
}

export interface DispatchRow {
  readonly dispatchId: string;
  /** Node id of the writer, or of the claimer before this one. */
  readonly owner: string;
  /** Claims so far, this one included. */
  readonly attempts: number;
  readonly payload: DispatchPayload;
}

export interface DispatchStore {
  /** Deletes rows whose pushes are done. Unknown ids are ignored. */
  settle(dispatchIds: readonly string[]): Promise<void>;
  /**
   * Takes up to `limit` rows that are past due for `owner`, whoever wrote them, and makes them due again after a back-off that doubles
   * from 3 s to 5 min with each claim. Two claimers never get the same row at the same time.
   */
  claimDue(options: { readonly owner: string; readonly limit: number }): Promise<DispatchRow[]>;
  /** A due row that tells every session of one node to resync; written when pushes for that node were dropped. */
  insertResync(target: { owner: string; nodeId: string; bootId: string }): Promise<string>;
  /** Rows in the table, and milliseconds by which the oldest is past due (0 when none is). For metrics. */
  backlog(): Promise<{ rows: number; oldestDueMs: number }>;
}
