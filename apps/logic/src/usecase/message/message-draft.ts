import {
  parseClientMsgId,
  parseConversationId,
  type ClientMsgId,
  type ConversationId,
} from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import { checkContent, type CheckedContent } from './check-content.js';
import type { EntryDraft, MessageContent } from './ports.js';

export interface MessageInput {
  readonly conversationId: string;
  readonly clientMsgId: string;
  /** Null: the request had none. */
  readonly content: MessageContent | null;
  /** For devices that are online, never stored. Commands are so in any case. */
  readonly onlineOnly?: boolean;
  /** Leaves the unread count of the others as it is. */
  readonly notCounted?: boolean;
}

export interface CheckedMessage {
  readonly conversationId: ConversationId;
  readonly clientMsgId: ClientMsgId;
  readonly content: CheckedContent;
  readonly transient: boolean;
  readonly countable: boolean;
}

/** The rules that hold for every message whoever sends it. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export function checkMessage(input: MessageInput, rules: AppRules): CheckedMessage {
  const conversationId = parseConversationId(input.conversationId);
  const clientMsgId = parseClientMsgId(input.clientMsgId);
  const content = checkContent(input.content, rules);
  return {
    conversationId,
    clientMsgId,
    content,
    transient: content.kind === 'command' || input.onlineOnly === true,
    countable: input.notCounted !== true,
  };
}

export type Author = Pick<EntryDraft, 'appId' | 'sender' | 'origin' | 'signal'>;

/** The entry that a stored message becomes. */
export function entryDraft(message: CheckedMessage, author: Author): EntryDraft {
  const { conversationId, clientMsgId, countable } = message;
  const { kind, encoded, replyToSeq, mentions } = message.content;
  const entry = { conversationId, clientMsgId, kind, content: encoded, countable };
  return {
    ...author,
    ...entry,
    ...(replyToSeq === undefined ? {} : { replyToSeq }),
    ...(mentions === undefined ? {} : { mentions }),
  };
}
