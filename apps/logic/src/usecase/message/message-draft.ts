import {
  DomainError,
  invalidArgument,
  parseClientMsgId,
  parseConversationId,
  type ClientMsgId,
  type ConversationId,
} from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { MessageContent } from './ports.js';

export interface MessageInput {
  readonly conversationId: string;
  readonly clientMsgId: string;
  /** Null: the request had none. */
  readonly content: MessageContent | null;
}

export interface CheckedMessage {
  readonly conversationId: ConversationId;
  readonly clientMsgId: ClientMsgId;
  readonly kind: string;
  readonly content: Uint8Array;
  readonly countable: boolean;
}

/** The rules that hold for every message whoever sends it. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export function checkMessage(input: MessageInput, rules: AppRules): CheckedMessage {
  const conversationId = parseConversationId(input.conversationId);
  const clientMsgId = parseClientMsgId(input.clientMsgId);
  const { content } = input;
  if (!content) throw invalidArgument('content', 'is missing or of an unknown kind');
  if (content.kind !== 'text')
    throw invalidArgument('content', 'is of a kind that only the server writes');
  if (content.textBytes === 0) throw invalidArgument('content.text.text', 'must not be empty');
  if (content.textBytes > rules.maxTextBytes) {
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `the text has ${content.textBytes} bytes, more than ${rules.maxTextBytes}`,
      { field: 'maxTextBytes' },
    );
  }
  return {
    conversationId,
    clientMsgId,
    kind: content.kind,
    content: content.encoded,
    countable: true,
  };
}
