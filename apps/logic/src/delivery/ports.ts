import type {
  AppId,
  ConversationId,
  EntryState,
  MemberRow,
  MemberView,
  Sender,
  UserId,
  VisibleHead,
} from '@queqiao/domain';
import type { ConversationKey, Origin } from '../append/index.js';

/** One start of one connect node. */
export interface NodeRef {
  readonly nodeId: string;
  readonly bootId: string;
}

export interface UserRef {
  readonly appId: string;
  readonly userId: string;
}

/** Where one device of a user is connected. */
export interface RouteLine extends NodeRef {
  readonly session: number;
  readonly codec: 'proto' | 'json';
}

/** Who is where. Rejects when it does not know, which never means "offline". */
export interface RouteReader {
  /** Lines of each user, in the order asked for; they may name boots that are gone. */
  routesOf(users: readonly UserRef[]): Promise<readonly (readonly RouteLine[])[]>;
  /** Nodes whose lease has not run out. */
  liveNodes(kind: 'connect'): Promise<readonly NodeRef[]>;
}

/** The way to the connect nodes. */
export interface NodeLink {
  attached(): readonly NodeRef[];
  isAttached(node: NodeRef): boolean;
  /**
   * Queues one encoded DownItem. `onSettled` is called exactly once, later: `acked` means that the node has handed the item
   * to its sessions, `lost` that nothing may be assumed. False: the node is not attached or its queue is full; `onSettled`
   * is never called.
   */
  send(node: NodeRef, item: Uint8Array, onSettled: (outcome: 'acked' | 'lost') => void): boolean;
}

/** When one user was a member: sees joinedSeq < seq <= leftSeq. */
export interface MemberSpan {
  readonly userId: string;
  readonly joinedSeq: number;
  readonly leftSeq: number | null;
}

/** Exact for entries whose head was read at this version or a lower one. */
export interface MemberList {
  readonly version: number;
  readonly members: readonly MemberSpan[];
}

export interface MemberReader {
  /** Current members and those who left at or after `leftSinceSeq`; null: no such conversation. */
  memberList(
    appId: AppId,
    conversationId: ConversationId,
    leftSinceSeq: number,
  ): Promise<MemberList | null>;
}

export interface StoredEntry {
  readonly seq: number;
  readonly ordinal: number;
  readonly sender: Sender;
  readonly clientMsgId: string;
  readonly revision: number;
  readonly state: EntryState;
  readonly createdMs: number;
  /** Encoded queqiao.client.v1.Content; empty unless the state is `present`. */
  readonly content: Uint8Array;
}

/** A member row with as much of the head as the member may see. */
export interface StoredMembership extends VisibleHead {
  readonly member: MemberRow;
  readonly mode: HeadVersions['mode'];
  readonly leaveVersion: number;
}

/** What decides how the entries of a conversation travel, as seen when they were committed or later. */
export interface HeadVersions {
  readonly conversationId: ConversationId;
  readonly memberVersion: number;
  readonly leaveVersion: number;
  readonly mode: 'routed' | 'both' | 'subscribed';
}

/** What a push is made of when it has to be made again. */
export interface StoredPushReader {
  /** Entries of a range, ascending. */
  entries(
    appId: AppId,
    conversationId: ConversationId,
    range: { readonly fromSeq: number; readonly toSeq: number },
  ): Promise<readonly StoredEntry[]>;
  /** Heads of those conversations that exist. */
  heads(appId: AppId, conversationIds: readonly ConversationId[]): Promise<readonly HeadVersions[]>;
  /** Null: never a member. */
  member(
    appId: AppId,
    userId: UserId,
    conversationId: ConversationId,
  ): Promise<StoredMembership | null>;
}

export interface DispatchRange extends ConversationKey {
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Devices are told to pull the range instead of being shown it. */
  readonly quiet?: boolean;
}

export interface DispatchState extends ConversationKey {
  readonly userId: UserId;
}

export interface ClaimedRow {
  readonly dispatchId: string;
  /** Claims so far, this one included. */
  readonly attempts: number;
  readonly payload: {
    readonly ranges: readonly DispatchRange[];
    readonly states: readonly DispatchState[];
    readonly resync?: NodeRef;
  };
}

/** Durable notes of what is still to be pushed. */
export interface DispatchRows {
  /** Deletes notes; unknown ids are ignored. */
  settle(dispatchIds: readonly string[]): Promise<void>;
  /** Takes notes that are past due for `owner`, whoever wrote them; each comes back, later every time, until it is settled. */
  claimDue(options: {
    readonly owner: string;
    readonly limit: number;
  }): Promise<readonly ClaimedRow[]>;
  insertResync(target: NodeRef & { readonly owner: string }): Promise<string>;
  backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
}

/** A member's own state, to be shown to all devices of that user. */
export interface StatePush {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly view: MemberView;
  /** Of current members of large groups: their sessions are taken into it. */
  readonly large?: { readonly joinedSeq: number; readonly leaveVersion: number } | undefined;
}

export interface StateBatch {
  /** Of the dispatch row that was written with the states; null: nothing recovers them. */
  readonly dispatchId: string | null;
  readonly states: readonly StatePush[];
  readonly origin?: Origin | undefined;
}
