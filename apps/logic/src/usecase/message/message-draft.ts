import {
  DomainError,
  parseClientMsgId,
  parseConversationId,
  type ClientMsgId,
  type ConversationId,
  type DirectChatRule,
} from '@queqiao/domain';

import { suspension } from '../app/active-app.js';
import type { AppState } from '../app/ports.js';
import { overQuota } from '../app/quotas.js';
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
  readonly directRule: DirectChatRule;
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
  const checked = contentOrRefusal(input.content, app);
  const transient = checked.content.kind === 'command' || input.onlineOnly === true;
  // What is never stored has no retries to recognise.
  if (transient && checked.refusal) throw checked.refusal;
  const countable = input.notCounted !== true;
  const { directRule } = app.settings;
  const message = { conversationId, clientMsgId, ...checked, transient, countable, directRule };
  const refusal = checked.refusal ?? (transient ? undefined : overQuota(app, 'maxEntries'));
  return refusal ? { ...message, refusal } : message;
}

function contentOrRefusal(
  content: MessageContent | null,
  app: AppState,
): Pick<CheckedMessage, 'content' | 'refusal'> {
  const suspended = suspension(app);
  try {
    const checked = checkContent(content, app.settings);
    return suspended ? withoutContent(checked.kind, suspended) : { content: checked };
  } catch (error) {
    const tooMuch = error instanceof DomainError && error.code === 'LIMIT_EXCEEDED';
    if (!tooMuch || !content) throw error;
    return withoutContent(content.body.kind, suspended ?? error);
  }
}

/** What can only be refused or be stored already needs no content. */
function withoutContent(
  kind: string,
  refusal: DomainError,
): Pick<CheckedMessage, 'content' | 'refusal'> {
  const content = { kind, encoded: NO_CONTENT, replyToSeq: undefined, mentions: undefined };
  return { content, refusal };
}

export type Author = Pick<EntryDraft, 'appId' | 'sender' | 'origin' | 'signal'>;

/** The entry that a stored message becomes. */
export function entryDraft(message: CheckedMessage, author: Author): EntryDraft {
  const { conversationId, clientMsgId, countable, refusal, directRule } = message;
  const { kind, encoded, replyToSeq, mentions } = message.content;
  const entry = { conversationId, clientMsgId, kind, content: encoded, countable, directRule };
  return {
    ...author,
    ...entry,
    ...(replyToSeq === undefined ? {} : { replyToSeq }),
    ...(mentions === undefined ? {} : { mentions }),
    ...(refusal === undefined ? {} : { refusal }),
  };
}
