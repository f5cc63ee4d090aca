import {
  DomainError,
  invalidArgument,
  parseClientMsgId,
  parseConversationId,
  type ClientMsgId,
  type ConversationId,
} from '@queqiao/domain';

import { suspension } from '../app/active-app.js';
import type { AppRules, AppState } from '../app/ports.js';
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
  /** Why it must not be stored, as the app is set now. A retry of a message that was stored before is answered all the same. */
  readonly refusal?: DomainError;
}

const NO_CONTENT = new Uint8Array();

/**
 * The rules that hold for every message whoever sends it. Errors: INVALID_ARGUMENT. What depends on settings that may have
 * changed since a first attempt (APP_SUSPENDED, LIMIT_EXCEEDED) becomes the message's refusal, for the log to give.
 */
export function checkMessage(input: MessageInput, app: AppState): CheckedMessage {
  const conversationId = parseConversationId(input.conversationId);
  const clientMsgId = parseClientMsgId(input.clientMsgId);
  const { content } = input;
  if (!content) throw invalidArgument('content', 'is missing or of an unknown kind');
  if (content.kind !== 'text')
    throw invalidArgument('content', 'is of a kind that only the server writes');
  if (content.textBytes === 0) throw invalidArgument('content.text.text', 'must not be empty');
  const message = { conversationId, clientMsgId, kind: content.kind, countable: true };
  const refusal = suspension(app) ?? tooLong(content.textBytes, app.settings);
  if (!refusal) return { ...message, content: content.encoded };
  return { ...message, content: NO_CONTENT, refusal };
}

function tooLong(textBytes: number, { maxTextBytes }: AppRules): DomainError | undefined {
  if (textBytes <= maxTextBytes) return undefined;
  const message = `the text has ${textBytes} bytes, more than ${maxTextBytes}`;
  return new DomainError('LIMIT_EXCEEDED', message, { field: 'maxTextBytes' });
}
