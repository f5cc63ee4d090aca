import type { Content, Conversation_Kind, Entry, MemberState } from '@queqiao/protocol/client';
import type { MemberOperation } from './member-operation.js';

/** What is known of one conversation. */
export interface ConversationRecord {
  readonly conversationId: string;
  readonly kind: Conversation_Kind;
  readonly name: string;
  /** Entries with base < seq <= high have been surfaced. The store may delete its entries up to base. */
  readonly base: number;
  readonly high: number;
  /** Newest seq that was passed because it may not be seen. Unset in what older versions have stored. */
  readonly skippedTo?: number;
  /** Newest seq that the server has named. */
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly lastEntry: Entry | undefined;
  /** No entry up to it is what a list shows: the newest one was cleared or hidden. */
  readonly previewFloor: number;
  /** For ordering only, milliseconds since the epoch. */
  readonly activeMs: number;
  readonly member: MemberState | undefined;
  /** Newest entry known to mention the user, read or not; 0: none. */
  readonly mentionedSeq: number;
}

/** A message, or a change of one, that the server has not definitively answered. */
export interface StoredSend {
  readonly conversationId: string;
  readonly clientMsgId: string;
  /** What the entry will say. */
  readonly content: Content;
  readonly notCounted: boolean;
  /** When it was written, by the device's clock. */
  readonly createdMs: number;
  readonly failed: boolean;
}

/** Changes of the user's own state of one conversation that the server has not definitively answered, in their order. */
export interface StoredOperations {
  readonly conversationId: string;
  readonly operations: readonly MemberOperation[];
}

export interface ReplicaSnapshot {
  readonly userId: string;
  readonly logEpoch: number;
  readonly cursor: Uint8Array;
  readonly conversations: readonly ConversationRecord[];
  /** Any order. */
  readonly entries: readonly Entry[];
  /** In the order in which they were written. */
  readonly sends: readonly StoredSend[];
  readonly operations: readonly StoredOperations[];
}

/** What changed since the last save. Apply all of it or none, `reset` first. */
export interface ReplicaChange {
  /** Discard everything and start over for this user and log epoch; messages not yet sent survive if `keepSends`. */
  reset?: { readonly userId: string; readonly logEpoch: number; readonly keepSends: boolean };
  cursor?: Uint8Array;
  /** Insert or replace, by conversationId. */
  conversations: Map<string, ConversationRecord>;
  /** Insert or replace, by conversationId and seq; the last of several counts. Those up to a record's base are of no use. */
  entries: Entry[];
  /** Delete, after `entries`. */
  dropEntries: { readonly conversationId: string; readonly seq: number }[];
  /** Insert or replace, by conversationId and clientMsgId. */
  putSends: StoredSend[];
  /** After `putSends`. */
  dropSends: { readonly conversationId: string; readonly clientMsgId: string }[];
  /** Replace, by conversationId; empty: delete. */
  operations: Map<string, StoredOperations['operations']>;
}

/**
 * Where a device keeps its replica over restarts. The client calls one method at a time and does not call `save` again
 * before the last one has settled; changes arrive in order. After a `save` that rejects, nothing more is saved until the
 * next `start()`, so that a stored cursor never names what was not stored.
 */
export interface ReplicaStore {
  /** Undefined: nothing stored. */
  load(): Promise<ReplicaSnapshot | undefined>;
  /** Resolves when the change is as durable as the store can make it. */
  save(change: ReplicaChange): Promise<void>;
}
