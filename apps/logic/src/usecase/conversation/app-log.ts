import { DomainError, type AppId, type ConversationId } from '@queqiao/domain';

import type { EntryRecord, SeqRange } from './ports.js';

export interface LogHead {
  readonly lastSeq: number;
}

/** Logs as the app sees them: all of its own, whoever is a member. */
export interface AppLog {
  /** Of those that exist, in no order. */
  heads(appId: AppId, conversationIds: readonly ConversationId[]): Promise<readonly LogHead[]>;
  /** Ascending. */
  entries(appId: AppId, conversationId: ConversationId, range: SeqRange): Promise<EntryRecord[]>;
}

/** Errors: NOT_FOUND for a conversation that does not exist, or in which nothing was ever said. */
export async function headOf(
  log: Pick<AppLog, 'heads'>,
  appId: AppId,
  conversationId: ConversationId,
): Promise<LogHead> {
  const [head] = await log.heads(appId, [conversationId]);
  // A direct chat whose first message was refused has a head and nothing in it.
  if (head === undefined || head.lastSeq === 0) {
    throw new DomainError('NOT_FOUND', 'no such conversation', { field: 'conversation_id' });
  }
  return head;
}
