import {
  conversationRef,
  DomainError,
  invalidArgument,
  parseClientMsgId,
  type AppId,
  type ConversationId,
  type Sender,
} from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import { checkContent } from './check-content.js';
import type { ImportDraft } from './import-ports.js';
import type { MessageContent } from './ports.js';
import { checkSender } from './app-account.js';

/** Messages of one batch. */
export const IMPORT_MAX_MESSAGES = 200;
/** Bytes of their contents. */
export const IMPORT_MAX_BYTES = 1_000_000;

export interface ImportedMessage {
  /** Null: the request named no kind. */
  readonly sender: Sender | null;
  readonly clientMsgId: string;
  readonly createdMs: number;
  /** Null: the request had none. */
  readonly content: MessageContent | null;
}

/** Errors: INVALID_ARGUMENT and LIMIT_EXCEEDED with the place of the message in the batch. */
export function checkImport(
  messages: readonly ImportedMessage[],
  { appId, conversationId }: { appId: AppId; conversationId: ConversationId },
  rules: AppRules,
): ImportDraft[] {
  if (messages.length < 1 || messages.length > IMPORT_MAX_MESSAGES) {
    throw invalidArgument('messages', `must be 1 to ${IMPORT_MAX_MESSAGES}`);
  }
  const drafts = messages.map((message, index) =>
    inMessage(index, () => ({
      ...checkOne(message, conversationId, messages[index - 1], rules),
      appId,
      conversationId,
    })),
  );
  const bytes = drafts.reduce((sum, { content }) => sum + content.byteLength, 0);
  if (bytes <= IMPORT_MAX_BYTES) return drafts;
  const what = `have ${bytes} bytes together, more than ${IMPORT_MAX_BYTES}`;
  throw new DomainError('LIMIT_EXCEEDED', what, { field: 'messages' });
}

function checkOne(
  message: ImportedMessage,
  conversationId: ConversationId,
  before: ImportedMessage | undefined,
  rules: AppRules,
): Omit<ImportDraft, 'appId' | 'conversationId'> {
  const { createdMs } = message;
  const sender = checkAuthor(message.sender, conversationId);
  const clientMsgId = parseClientMsgId(message.clientMsgId);
  if (createdMs < 1) throw invalidArgument('created_ms', 'must be at least 1');
  if (before !== undefined && createdMs < before.createdMs) {
    throw invalidArgument('created_ms', 'must not be below that of the message before it');
  }
  const { kind, encoded, replyToSeq, mentions } = checkContent(message.content, rules);
  if (kind === 'command') throw invalidArgument('content', 'commands are never stored');
  if (mentions) throw invalidArgument('content.mentions', 'an old message mentions nobody');
  return { sender, clientMsgId, createdMs, kind, content: encoded, replyToSeq, countable: false };
}

/** Of a direct chat only its two users are its users' side; business and system may have said something anywhere. */
function checkAuthor(named: Sender | null, conversationId: ConversationId): Sender {
  const sender = checkSender(named);
  if (sender.kind !== 'user') return sender;
  const ref = conversationRef(conversationId);
  const mayHave = ref.kind === 'direct' ? [ref.a, ref.b].some((id) => id === sender.id) : true;
  if (!mayHave || ref.kind === 'self') {
    throw invalidArgument('sender.id', 'is none of those who speak in this conversation');
  }
  return sender;
}

/** Errors name the message that they are about. */
export function inMessage<T>(index: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof DomainError ? ofMessage(index, error) : error;
  }
}

export function ofMessage(index: number, { code, message, field }: DomainError): DomainError {
  return new DomainError(code, `messages[${index}].${message}`, {
    field: `messages[${index}].${field}`,
  });
}
