import { NO_PEOPLE, type PeopleState } from './people-state.js';
import type { GroupNotice } from './group-notice.js';
import { NO_GROUPS, type GroupsState } from './group-state.js';
import { NO_MOMENTS, type MomentsState } from './moments-state.js';

/** What the page shows. Immutable: every change makes a new object, and only `reduce` makes it. */
export interface ChatState {
  readonly meId: string;
  readonly connection: Connection;
  /** False until the first sync has ended: an empty list is not yet known to be empty. */
  readonly synced: boolean;
  readonly conversations: ReadonlyMap<string, ConversationSummary>;
  /** Of the open conversation. */
  readonly log: Log;
  /** Own messages that are not in a log yet, in the order in which they were sent. */
  readonly outgoing: readonly Outgoing[];
  /** Nicknames by user id; empty for users without one. */
  readonly nicknames: ReadonlyMap<string, string>;
  readonly openId: string | undefined;
  readonly people: PeopleState;
  readonly groups: GroupsState;
  readonly moments: MomentsState;
}

export type Connection =
  | { readonly kind: 'connecting' | 'syncing' | 'online' | 'stopped' }
  | { readonly kind: 'waiting'; readonly retryAtMs: number }
  | { readonly kind: 'signed-out'; readonly code: number; readonly reason: string };

export interface ConversationSummary {
  readonly id: string;
  /** The group's name; empty for chats of two. */
  readonly name: string;
  readonly unread: number;
  /** For the order of the list, milliseconds since the epoch; 0: nothing was said yet. */
  readonly activeMs: number;
  /** Newest line that a list shows. */
  readonly last: Line | undefined;
}

/** The part of a conversation that is known, ascending and contiguous. */
export interface Log {
  readonly lines: readonly Line[];
  /** True when nothing older can be loaded. */
  readonly complete: boolean;
}

export interface Line {
  readonly seq: number;
  /** Undefined when the system says it. */
  readonly senderId: string | undefined;
  /** Empty for lines that no client sent. */
  readonly clientMsgId: string;
  readonly createdMs: number;
  readonly body: LineBody;
}

export type LineBody =
  | { readonly kind: 'text'; readonly text: string }
  /** First line of the chat of two new friends. */
  | { readonly kind: 'became-friends' }
  /** Recalled, or deleted for everyone. */
  | { readonly kind: 'taken-back' }
  | {
      readonly kind: 'group-created';
      readonly name: string;
      readonly creatorId: string;
      readonly memberIds: readonly string[];
    }
  | { readonly kind: 'group'; readonly notice: GroupNotice }
  /** Sent by a newer client. */
  | { readonly kind: 'unknown' };

export interface Outgoing {
  readonly conversationId: string;
  readonly clientMsgId: string;
  readonly text: string;
  readonly status: 'pending' | 'sent' | 'failed';
  /** Why it failed, as the server says it; else empty. */
  readonly problem: string;
  readonly createdMs: number;
}

export const NO_LOG: Log = { lines: [], complete: false };

export function initialState(meId: string): ChatState {
  return {
    meId,
    connection: { kind: 'connecting' },
    synced: false,
    conversations: new Map(),
    log: NO_LOG,
    outgoing: [],
    nicknames: new Map(),
    openId: undefined,
    people: NO_PEOPLE,
    groups: NO_GROUPS,
    moments: NO_MOMENTS,
  };
}
