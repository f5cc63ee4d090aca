import { DomainError, type AppId, type ConversationId, type UserId } from '@queqiao/domain';

import type { EntryRecord, SeqRange } from './ports.js';

export interface LogHead {
  readonly lastSeq: number;
}

export interface ConversationSummary extends LogHead {
  readonly lastOrdinal: number;
  /** Seq of the entry that a list shows; 0 when there is none. */
  readonly shownSeq: number;
  readonly activeMs: number;
  /** Null for conversations that are not groups. */
  readonly group: {
    readonly name: string;
    readonly memberCount: number;
    readonly dissolved: boolean;
  } | null;
}

export interface ReadState {
  readonly userId: UserId;
  readonly readSeq: number;
  readonly deliveredSeq: number;
  readonly unread: number;
}

/** Logs as the app sees them: all of its own, whoever is a member. */
export interface AppLog {
  /** Of those that exist, in no order. */
  heads(appId: AppId, conversationIds: readonly ConversationId[]): Promise<readonly LogHead[]>;
  /** Ascending. */
  entries(appId: AppId, conversationId: ConversationId, range: SeqRange): Promise<EntryRecord[]>;
  /** Null: there is none. */
  summary(appId: AppId, conversationId: ConversationId): Promise<ConversationSummary | null>;
  /** Current members by id, after one; null: there is no such conversation. */
  readStates(
    appId: AppId,
    conversationId: ConversationId,
    page: { readonly afterUserId: string; readonly limit: number },
  ): Promise<{ readonly states: readonly ReadState[]; readonly lastSeq: number } | null>;
}

/**
 * A head of a log in which something was said: a direct chat whose first message was refused has one, too, and answers like
 * one that does not exist. Errors: NOT_FOUND.
 */
export function begun<H extends LogHead>(head: H | null | undefined): H {
  if (head && head.lastSeq > 0) return head;
  throw new DomainError('NOT_FOUND', 'no such conversation', { field: 'conversation_id' });
}
