import {
  DomainError,
  HEAD_FLAGS,
  judgeGroup,
  MEMBER_FLAGS,
  type ChangeFacts,
  type ConversationId,
  type DirectChatRule,
  type GroupActor,
  type GroupVerdict,
  type Sender,
} from '@queqiao/domain';
import { judgeChange } from './change-rules.js';
import type { AppendItem, HeadState, SenderMembership } from './ports.js';

/** Who wants to say something where. */
export interface Speaking {
  readonly sender: Sender;
  readonly conversationId: ConversationId;
  /** Takes own messages away, which says nothing new. */
  readonly takesAway: boolean;
  /** What the app asks of those who talk directly; `open` when left out. */
  readonly directRule?: DirectChatRule | undefined;
}

/**
 * Who may append, decided under the conversation's lock and after retries were answered. An entry whose id was used for something
 * else is refused, and one that brings its refusal along gets it. Users must be members now, heard and not muted; someone who
 * never had anything to do with the conversation learns no more than for one that does not exist. The system and the business
 * write to every conversation that goes on. One of two with a user who was erased is none that exists, for whoever speaks.
 */
export function judgeAppend(
  item: Pick<
    AppendItem,
    'sender' | 'conversationId' | 'change' | 'replyToSeq' | 'refusal' | 'directRule' | 'idField'
  >,
  member: SenderMembership | null,
  head: HeadState,
  change?: ChangeFacts,
  taken = false,
): DomainError | null {
  if (taken) return idTaken(item);
  if (item.refusal) return item.refusal;
  const takesAway = item.change?.kind === 'recall' || item.change?.kind === 'delete';
  const { sender, conversationId, directRule } = item;
  const refusal = judgeSpeaker({ sender, conversationId, takesAway, directRule }, member, head);
  if (refusal) return refusal;
  if (item.replyToSeq !== undefined && !mayBeAnswered(item.replyToSeq, member, head)) {
    return new DomainError('NOT_FOUND', 'no such entry to reply to', {
      field: 'content.reply_to.seq',
    });
  }
  return item.change && change ? judgeChange(item, item.change, member, change) : null;
}

/** Whether somebody may speak in a conversation, as the own row and the head say. */
export function judgeSpeaker(
  speaking: Speaking,
  member: Pick<SenderMembership, 'role' | 'leftSeq' | 'flags' | 'mutedUntilMs'> | null,
  head: Pick<HeadState, 'flags' | 'nowMs'>,
): DomainError | null {
  const isUser = speaking.sender.kind === 'user';
  if (isUser && member === null) return conversationNotFound();
  if (!speaking.conversationId.startsWith('g:')) {
    const closed = (head.flags & HEAD_FLAGS.closed) !== 0 && !speaking.takesAway;
    if (closed) return conversationNotFound();
    return isUser && member !== null ? judgeDirect(speaking, member) : null;
  }
  const state = {
    dissolved: (head.flags & HEAD_FLAGS.dissolved) !== 0,
    allMuted: (head.flags & HEAD_FLAGS.allMuted) !== 0,
    // What else a group has decided does not matter to who speaks.
    inviteRight: 'everyone',
    visibility: 'private',
    joinMode: 'invitation',
  } as const;
  const actor = isUser && member !== null ? actorOf(member) : 'app';
  const operation = speaking.takesAway ? 'take-back' : 'speak';
  const refusal = refusalOf(judgeGroup(operation, actor, state));
  if (refusal || member === null || speaking.takesAway) return refusal;
  return isUser && member.mutedUntilMs > head.nowMs ? muted() : null;
}

/** Who is blocked may still take own messages away. */
function judgeDirect(
  { takesAway, directRule = 'open', conversationId }: Speaking,
  { leftSeq, flags }: Pick<SenderMembership, 'leftSeq' | 'flags'>,
): DomainError | null {
  if (leftSeq !== null) return notAMember();
  if (takesAway) return null;
  if ((flags & MEMBER_FLAGS.blockedByPeer) !== 0) {
    return new DomainError('BLOCKED', 'the other side takes no messages from the sender');
  }
  if (directRule === 'open' || isNotesToSelf(conversationId)) return null;
  const needed = directRule === 'friends' ? MEMBER_FLAGS.friends : MEMBER_FLAGS.allowed;
  if ((flags & (needed | MEMBER_FLAGS.allowed)) !== 0) return null;
  return new DomainError('NOT_A_FRIEND', 'the app does not let these two talk directly');
}

function isNotesToSelf(conversationId: ConversationId): boolean {
  const [prefix, a, b] = conversationId.split(':');
  return prefix === 'd' && a === b;
}

function actorOf({ role, leftSeq }: Pick<SenderMembership, 'role' | 'leftSeq'>): GroupActor {
  return leftSeq === null ? role : 'left';
}

function refusalOf(verdict: GroupVerdict): DomainError | null {
  switch (verdict) {
    case 'yes':
      return null;
    case 'NOT_FOUND':
      return conversationNotFound();
    case 'NOT_A_MEMBER':
      return notAMember();
    case 'MUTED':
      return muted();
    case 'DISSOLVED':
      return new DomainError('DISSOLVED', 'the group has ended');
    case 'PERMISSION_DENIED':
      return new DomainError('PERMISSION_DENIED', 'the group does not allow it');
  }
}

function muted(): DomainError {
  return new DomainError('MUTED', 'the sender is muted in the conversation');
}

function notAMember(): DomainError {
  return new DomainError('NOT_A_MEMBER', 'the sender is not a member of the conversation');
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

/** The id of an entry was used for something else in the same conversation, by the same sender. */
export function idTaken({ idField }: Pick<AppendItem, 'idField'>): DomainError {
  const field = idField ?? 'client_msg_id';
  return new DomainError('ALREADY_EXISTS', 'the id was used for something else', { field });
}

/** The one answer for conversations that do not exist, are another app's, or were never the caller's. */
export function conversationNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'no such conversation', { field: 'conversation_id' });
}
