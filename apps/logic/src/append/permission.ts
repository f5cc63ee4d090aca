import { DomainError, type ChangeFacts } from '@queqiao/domain';
import { judgeChange } from './change-rules.js';
import type { AppendItem, SenderMembership } from './ports.js';

/** Bits of a member row's flags that the log knows. */
export const MEMBER_FLAGS = { muted: 1 } as const;

/**
 * Who may append, decided under the conversation's lock and after retries were answered. An entry that brings its refusal
 * along gets it. Users must be members now and not muted; someone who never had
 * anything to do with the conversation learns no more than for one that does not exist. The system and the business write
 * to every conversation that exists. A muted member may still take own messages away, which says nothing new.
 */
export function judgeAppend(
  item: Pick<AppendItem, 'sender' | 'conversationId' | 'change' | 'replyToSeq' | 'refusal'>,
  member: SenderMembership | null,
  head: { readonly lastSeq: number },
  change?: ChangeFacts,
): DomainError | null {
  if (item.refusal) return item.refusal;
  const takesAway = item.change?.kind === 'recall' || item.change?.kind === 'delete';
  const refusal =
    item.sender.kind === 'user' ? judgeMembership(member, { whenMuted: takesAway }) : null;
  if (refusal) return refusal;
  if (item.replyToSeq !== undefined && !mayBeAnswered(item.replyToSeq, member, head)) {
    return new DomainError('NOT_FOUND', 'no such entry to reply to', {
      field: 'content.reply_to.seq',
    });
  }
  return item.change && change ? judgeChange(item, item.change, member, change) : null;
}

/** Whether a user may speak in a conversation, as the user's row says. */
export function judgeMembership(
  member: Pick<SenderMembership, 'leftSeq' | 'flags'> | null,
  { whenMuted = false } = {},
): DomainError | null {
  if (member === null) return conversationNotFound();
  if (member.leftSeq !== null) {
    return new DomainError('NOT_A_MEMBER', 'the sender is not a member of the conversation');
  }
  if (!whenMuted && (member.flags & MEMBER_FLAGS.muted) !== 0)
    return new DomainError('MUTED', 'the sender is muted in the conversation');
  return null;
}

/**
 * What a sender may answer: what there is of the present stint and was not cleared. Stricter than a pull by the entries of
 * earlier stints, which stand in a table of their own, and laxer by what the sender deleted for oneself, a list that every
 * append would have to read under its lock; a reply names its target and shows nothing of it. Seqs have no gaps, so every
 * seq up to the head's is an entry.
 */
function mayBeAnswered(
  seq: number,
  member: SenderMembership | null,
  head: { readonly lastSeq: number },
): boolean {
  const hiddenUpTo = Math.max(member?.joinedSeq ?? 0, member?.clearedSeq ?? 0);
  return seq > hiddenUpTo && seq <= head.lastSeq;
}

/** The one answer for conversations that do not exist, are another app's, or were never the caller's. */
export function conversationNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'no such conversation', { field: 'conversation_id' });
}
