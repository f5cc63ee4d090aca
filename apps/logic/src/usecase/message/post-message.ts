import type { ConversationId } from '@queqiao/domain';

import { entryDraft, type Author, type CheckedMessage } from './message-draft.js';
import type { EntryLog, EntryPlace, Transients } from './ports.js';

export interface SentEntry extends EntryPlace {
  readonly conversationId: ConversationId;
}

export interface MessagePosts {
  readonly log: EntryLog;
  readonly transients: Transients;
}

/** Stores a message, or shows it to whoever is online: then it has no place, and its seq is 0. */
export async function postMessage(
  posts: MessagePosts,
  message: CheckedMessage,
  author: Author,
): Promise<SentEntry> {
  const { conversationId, content, directRule } = message;
  if (message.transient) {
    const { appId, sender, origin, signal } = author;
    const event = { kind: 'content', content: content.encoded } as const;
    const draft = { appId, conversationId, sender, origin, event, directRule, signal };
    const { createdMs } = await posts.transients.deliver(draft);
    return { conversationId, seq: 0, ordinal: 0, createdMs };
  }
  const { seq, ordinal, createdMs } = await posts.log.append(entryDraft(message, author));
  return { conversationId, seq, ordinal, createdMs };
}
