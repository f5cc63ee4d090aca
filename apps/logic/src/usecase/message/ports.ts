import type {
  AppId,
  ClientMsgId,
  ConversationId,
  DeviceId,
  DirectChatRule,
  DomainError,
  EntryChange,
  Sender,
  UserId,
} from '@queqiao/domain';

import type { Cancellation, SessionOrigin } from '../caller.js';

/** What a message says, as far as the rules have to know it. */
export interface ContentBody {
  /** Name of the oneof case of queqiao.client.v1.Content. */
  readonly kind: string;
  /** The plain fields of that case, by their names in generated code. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly extra: string;
  readonly replyToSeq: number | undefined;
  readonly mentions: { readonly all: boolean; readonly userIds: readonly string[] } | undefined;
  /** Of cards: who is passed on. */
  readonly subject?: { readonly kind: 'user' | 'group'; readonly id: string } | undefined;
  /** Of merged forwards. */
  readonly merged?: readonly MergedMessage[] | undefined;
}

export interface MergedMessage {
  readonly senderName: string;
  readonly createdMs: number;
  /** Null: it has none, or one of an unknown kind. */
  readonly body: ContentBody | null;
}

export interface MessageContent {
  readonly body: ContentBody;
  /** What the log keeps; use cases do not look inside. */
  readonly encoded: Uint8Array;
}

export interface EntryDraft {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly sender: Sender;
  readonly clientMsgId: ClientMsgId;
  /** What the caller calls that id; `client_msg_id` when left out. */
  readonly idField?: 'client_request_id';
  readonly kind: string;
  readonly content: Uint8Array;
  /** Raises the unread count of the others. */
  readonly countable: boolean;
  /** What the log answers instead of storing it, unless it is a retry of an entry that is stored. */
  readonly refusal?: DomainError | undefined;
  /** Whether lists show it as the newest entry; true when left out. */
  readonly shown?: boolean;
  /** The entry that it answers: the log refuses one that the sender may not see. */
  readonly replyToSeq?: number | undefined;
  readonly mentions?: { readonly all: boolean; readonly userIds: readonly string[] } | undefined;
  /** What it does to earlier entries: the log judges and applies it with the entry. */
  readonly change?: EntryChange;
  /** What the app asks of those who talk directly. */
  readonly directRule?: DirectChatRule;
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
  /**
   * Resolves when the entry is durably committed; a repeated client_msg_id gets the place of the first. Seq 0: the change had
   * been made before, and nothing was stored. Errors: those of the log's rules, and ALREADY_EXISTS for an id that was used for
   * something else.
   */
  append(draft: EntryDraft): Promise<EntryPlace>;
}

/** What the log keeps of a change: encoded contents. */
export interface ChangeContents {
  recall(targetSeq: number): Uint8Array;
  /** `content` is the target's new one, encoded. */
  edit(targetSeq: number, content: Uint8Array, revision: number): Uint8Array;
  /** Which message a kept edit is about. */
  editedSeq(entryContent: Uint8Array): number;
  deletion(targetSeqs: readonly number[]): Uint8Array;
  reaction(targetSeq: number, emoji: string, removed: boolean): Uint8Array;
  pin(targetSeq: number, removed: boolean): Uint8Array;
}

/** Something for the devices that are online now. */
export interface TransientDraft {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly sender: Sender;
  readonly event:
    | { readonly kind: 'content'; readonly content: Uint8Array }
    | { readonly kind: 'signal'; readonly name: string; readonly data: Uint8Array };
  readonly origin: SessionOrigin | undefined;
  /** What the app asks of those who talk directly. */
  readonly directRule: DirectChatRule;
  readonly signal: Cancellation;
}

/** Delivers without storing. Lost when nobody is there, or when there is more of it than can be carried. */
export interface Transients {
  /** Errors: NOT_FOUND, NOT_A_MEMBER, MUTED. The time is this node's and orders nothing. */
  deliver(draft: TransientDraft): Promise<{ readonly createdMs: number }>;
}

/** What a user is about to say. */
export interface BeforeSendQuestion {
  readonly appId: AppId;
  readonly userId: UserId;
  /** Null: a back end acts in the user's place. */
  readonly deviceId: DeviceId | null;
  readonly conversationId: ConversationId;
  readonly clientMsgId: string;
  readonly content: Uint8Array;
  /** The entry whose content it is to replace; 0: it is a message of its own. */
  readonly editOfSeq: number;
  /** Of the call. */
  readonly requestId: string;
}

/** What the app's back end has to say to it before. */
export interface BeforeSendJudge {
  /** Why it must not be stored; null: it may. What one user says in one conversation is answered in the order of the calls. */
  judge(question: BeforeSendQuestion): Promise<DomainError | null>;
}
