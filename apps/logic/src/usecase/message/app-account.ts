import { createHash } from 'node:crypto';
import {
  directConversationId,
  invalidArgument,
  isId,
  type ClientMsgId,
  type Sender,
  type UserId,
} from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { CheckedMessage } from './message-draft.js';

/** Errors: INVALID_ARGUMENT naming the part of the sender. */
export function checkSender(sender: Sender | null): Sender {
  if (!sender) throw invalidArgument('sender.kind', 'must be user, business or system');
  if (sender.kind === 'system') {
    if (sender.id !== '') throw invalidArgument('sender.id', 'must be empty for the system');
    return sender;
  }
  if (!isId(sender.id)) throw invalidArgument('sender.id', 'must match [A-Za-z0-9_.-]{1,64}');
  return sender;
}

/** The user in whose direct chats messages to users arrive. */
export function accountOf(
  sender: Sender,
  { systemAccount }: Pick<AppRules, 'systemAccount'>,
): UserId {
  return (sender.kind === 'system' ? systemAccount : sender.id) as UserId;
}

/** The message for one of many users. */
export function addressed(
  message: CheckedMessage,
  account: UserId,
  userId: UserId,
): CheckedMessage {
  return { ...message, conversationId: directConversationId(account, userId) };
}

/** What one message to many may not hold, as it means something in one conversation only. Errors: INVALID_ARGUMENT. */
export function checkForMany({ content }: Pick<CheckedMessage, 'content'>): void {
  const { replyToSeq, mentions } = content;
  if (replyToSeq !== undefined) {
    throw invalidArgument('content.reply_to', 'belongs to one conversation');
  }
  if (mentions !== undefined) {
    throw invalidArgument('content.mentions', 'belongs to one conversation');
  }
}

/**
 * A client_msg_id for every message of one request: the same whenever it is made, and none that a back end gives a message of
 * its own.
 */
export function derivedMsgId(purpose: string, requestId: string): ClientMsgId {
  const hash = createHash('sha256').update(`${purpose}\n${requestId}`).digest('base64url');
  return `to.${hash}` as ClientMsgId;
}
