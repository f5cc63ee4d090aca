import { DomainError } from '@queqiao/domain';
import type { AppendItem, SenderMembership } from './ports.js';

/** Bits of a member row's flags that the log knows. */
export const MEMBER_FLAGS = { muted: 1 } as const;

/**
 * Who may append, decided under the conversation's lock and after retries were answered. An entry that brings its refusal
 * along gets it. Users must be members now and not muted; someone who never had
 * anything to do with the conversation learns no more than for one that does not exist. The system and the business write
 * to every conversation that exists.
 */
export function judgeAppend(
  item: Pick<AppendItem, 'sender' | 'refusal'>,
  member: SenderMembership | null,
): DomainError | null {
  if (item.refusal) return item.refusal;
  if (item.sender.kind !== 'user') return null;
  if (member === null) return conversationNotFound();
  if (member.leftSeq !== null) {
    return new DomainError('NOT_A_MEMBER', 'the sender is not a member of the conversation');
  }
  if ((member.flags & MEMBER_FLAGS.muted) !== 0)
    return new DomainError('MUTED', 'the sender is muted in the conversation');
  return null;
}

/** The one answer for conversations that do not exist, are another app's, or were never the caller's. */
export function conversationNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'no such conversation', { field: 'conversation_id' });
}
