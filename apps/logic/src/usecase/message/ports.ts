import type { AppId, ClientMsgId, ConversationId, DomainError, Sender } from '@queqiao/domain';

import type { Cancellation, SessionOrigin } from '../caller.js';

/** What a message says, as far as the rules have to know it. `encoded` is what the log keeps; use cases do not look inside. */
export type MessageContent =
  | { readonly kind: 'text'; readonly textBytes: number; readonly encoded: Uint8Array }
  /** A kind that only the server writes. */
  | { readonly kind: 'server-only'; readonly encoded: Uint8Array };

export interface EntryDraft {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly sender: Sender;
  readonly clientMsgId: ClientMsgId;
  readonly kind: string;
  readonly content: Uint8Array;
  /** Raises the unread count of the others. */
  readonly countable: boolean;
  /** What the log answers instead of storing it, unless it is a retry of an entry that is stored. */
  readonly refusal?: DomainError | undefined;
  /** The session that is answered directly, so it gets no push. */
  readonly origin: SessionOrigin | undefined;
  readonly signal: Cancellation;
}

export interface EntryPlace {
  readonly seq: number;
  readonly ordinal: number;
  /** By the clock of the database. */
  readonly createdMs: number;
}

/** The log. It checks membership under its lock and makes the heads of direct chats and feeds whose users exist. */
export interface EntryLog {
  /** Resolves when the entry is durably committed; a repeated client_msg_id gets the place of the first. */
  append(draft: EntryDraft): Promise<EntryPlace>;
}
