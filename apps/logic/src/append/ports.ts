import type {
  AppId,
  ChangeFacts,
  ConversationId,
  DirectChatRule,
  DomainError,
  EntryChange,
  EntryState,
  Sender,
} from '@queqiao/domain';

/** One conversation of one app: what heads, lanes and member lists are keyed by. */
export interface ConversationKey {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
}

/** Key of maps by conversation; ids hold no space, so two conversations never share one. */
export function conversationKey(ref: ConversationKey): string {
  return `${ref.appId} ${ref.conversationId}`;
}

/** One entry that wants a place in its conversation's log. */
export interface AppendItem extends ConversationKey {
  readonly sender: Sender;
  /** Names the entry for retries, together with conversation and sender. Never empty here. */
  readonly clientMsgId: string;
  /** What the caller calls that id; `client_msg_id` when left out. */
  readonly idField?: 'client_request_id' | undefined;
  /** Which kind of content it is: the name of the oneof case of queqiao.client.v1.Content. */
  readonly kind: string;
  /** Encoded queqiao.client.v1.Content. */
  readonly content: Uint8Array;
  /** Whether the entry raises the unread count of the others. */
  readonly countable: boolean;
  /** Set: it must not be stored, and is here only because it may be a retry of an entry that is. */
  readonly refusal?: DomainError | undefined;
  /** Whether lists show it as the newest entry; true when left out. */
  readonly shown?: boolean | undefined;
  /** Who is told apart that it is about them; ids of strangers are passed over. */
  readonly mentions?: { readonly all: boolean; readonly userIds: readonly string[] } | undefined;
  /** The entry that it answers: must be one that the sender may see. */
  readonly replyToSeq?: number | undefined;
  /** What it does to earlier entries. */
  readonly change?: EntryChange | undefined;
  /** What the app asks of those who talk directly. */
  readonly directRule?: DirectChatRule | undefined;
  /** When it was said, of messages that are imported; the database's clock when left out. */
  readonly createdMs?: number | undefined;
  /** Aborted: nobody waits for the answer. The entry is dropped if its batch is not being written yet. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}

/** The session that a send came from; its reply carries what a push would, so it is left out of the fan-out. */
export interface Origin {
  readonly node: { readonly nodeId: string; readonly bootId: string };
  readonly session: number;
}

export interface AppendRequest extends AppendItem {
  readonly origin?: Origin | undefined;
}

export interface AppendPlace {
  readonly seq: number;
  readonly ordinal: number;
  /** Milliseconds since the epoch by the clock of the database, unless it was imported. */
  readonly createdMs: number;
}

/** `duplicate`: the entry was stored before, under the place given here. Both mean durably committed. */
export interface StoredResult extends AppendPlace {
  readonly status: 'committed' | 'duplicate';
  /** What was stored, when it is not what was given. */
  readonly content?: Uint8Array;
  readonly state?: EntryState;
}

/** `unchanged`: the change had been made before. Nothing was stored; seq and ordinal are 0. */
export type AppendResult = StoredResult | (AppendPlace & { readonly status: 'unchanged' });

/**
 * `skipped`: another transaction holds the head. `no-head`: the conversation has no row yet, so nothing was done for the item.
 */
export type AppendOutcome =
  | StoredResult
  | { readonly status: 'unchanged'; readonly createdMs: number }
  | { readonly status: 'refused'; readonly error: DomainError }
  | { readonly status: 'skipped' }
  | { readonly status: 'no-head' };

/** What was seen of a conversation while its head was locked. */
export interface CommittedHead extends ConversationKey {
  /** A member list read at this version or a later one is exact for the entries of the batch. */
  readonly memberVersion: number;
  readonly leaveVersion: number;
  /** How its entries travel: to members' sessions, to nodes that know their sessions in it, or both ways. */
  readonly mode: 'routed' | 'both' | 'subscribed';
}

export interface BatchCommit {
  /** Aligned with the items. */
  readonly outcomes: readonly AppendOutcome[];
  /** Names the durable note that the batch's entries are still to be pushed; null: nothing was stored. */
  readonly dispatchId: string | null;
  readonly committed: readonly CommittedHead[];
}

/** What the permission rule may know about the sender; null when the sender never had anything to do with the conversation. */
export interface SenderMembership {
  readonly role: 'owner' | 'admin' | 'member';
  /** Entries up to it are not visible to the sender. */
  readonly joinedSeq: number;
  /** Null: a member now. */
  readonly leftSeq: number | null;
  /** Bits, see MEMBER_FLAGS. */
  readonly flags: number;
  /** Entries up to it were cleared by the sender. */
  readonly clearedSeq: number;
  /** May not speak until then; 0: may. */
  readonly mutedUntilMs: number;
}

/** What the permission rule may know about the conversation. */
export interface HeadState {
  readonly lastSeq: number;
  /** Bits, see HEAD_FLAGS. */
  readonly flags: number;
  /** The clock of the database under the lock. */
  readonly nowMs: number;
}

/**
 * Decides inside the transaction, with the head locked: null lets the entry in. `taken`: its id was used for something else, so it
 * must be refused. Must not throw.
 */
export type Judge = (
  item: AppendItem,
  member: SenderMembership | null,
  head: HeadState,
  change?: ChangeFacts,
  taken?: boolean,
) => DomainError | null;

export interface CommitOptions {
  readonly judge: Judge;
  /** Node that the dispatch row names. */
  readonly owner: string;
  /** After this long another node may claim the batch's dispatch row. */
  readonly dispatchDelayMs: number;
  /** True: conversations whose head is locked come back as skipped. False: wait for the locks. */
  readonly skipLocked: boolean;
  /** Devices are not shown the entries but told to pull; events are written only if asked for. */
  readonly quiet?: { readonly events: boolean } | undefined;
}

/** The log. One call is one transaction; outcomes are final only when the promise resolves. */
export interface AppendLog {
  commitBatch(items: readonly AppendItem[], options: CommitOptions): Promise<BatchCommit>;
}

/**
 * What a rejected commit means. `transient`: no effect, run it again. `ambiguous`: it may have been stored; only running it
 * again tells. `poisoned`: no effect, and some entry of it will fail every time. `unavailable`: not tried, for lack of
 * capacity. `defect`: no effect, and it would fail whatever the entries.
 */
export type CommitFailure = 'transient' | 'ambiguous' | 'poisoned' | 'unavailable' | 'defect';

/** Makes heads for conversations that need no create step. */
export interface HeadMaker {
  /**
   * Makes sure that the heads and their member rows exist. Answers, aligned with `keys`, null for a conversation that exists
   * now or the reason why there can be none. Rejects when the store does not answer.
   */
  ensure(keys: readonly ConversationKey[]): Promise<readonly (DomainError | null)[]>;
}

/** An entry that is durable and has to reach its readers. */
export interface CommittedEntry extends ConversationKey, AppendPlace {
  readonly sender: Sender;
  readonly clientMsgId: string;
  readonly revision: number;
  readonly state: EntryState;
  /** Encoded queqiao.client.v1.Content, as stored; empty unless the state is `present`. */
  readonly content: Uint8Array;
  readonly origin?: Origin | undefined;
  /** The last one of entries that devices are told to pull, instead of being shown them. */
  readonly quiet?: boolean;
}

/** Place of an entry whose content must be read from the store before it is pushed. */
export interface EntryPlace extends ConversationKey {
  readonly seq: number;
}

/** What one commit hands to delivery. */
export interface CommittedBatch {
  readonly dispatchId: string | null;
  readonly entries: readonly CommittedEntry[];
  readonly heads: readonly CommittedHead[];
  /**
   * Entries that an earlier, ambiguous commit had stored after all: nobody pushed them yet, and what is stored may differ
   * from what was sent.
   */
  readonly stored: readonly EntryPlace[];
}
