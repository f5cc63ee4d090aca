import { parseUserId, type Sender } from '@queqiao/domain';

import { knownApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { BusinessContext } from '../caller.js';
import { checkSender } from './app-account.js';
import type { HiddenConversations } from './hidden-conversations.js';
import { checkMessage, type MessageInput } from './message-draft.js';
import { postMessage, type MessagePosts, type SentEntry } from './post-message.js';
import { checkUserMayAddress } from './user-sender.js';

export interface ServerMessageInput extends MessageInput {
  /** Null: the request named no kind. */
  readonly sender: Sender | null;
}

/**
 * Appends a message for a back end: as a user, under the same rules as that user; as the business or the system, to every
 * conversation that exists or needs no create step. Errors as for a user's own message, but for what that hides of the conversations of
 * others.
 */
export class SendMessage {
  constructor(
    readonly deps: MessagePosts & {
      readonly apps: Apps;
      readonly hidden: Pick<HiddenConversations, 'explain'>;
    },
  ) {}

  async run(context: BusinessContext, input: ServerMessageInput): Promise<SentEntry> {
    const { appId, signal } = context;
    const sender = checkSender(input.sender);
    const message = checkMessage(input, await knownApp(this.deps.apps, appId));
    const author = { appId, sender, origin: undefined, signal };
    if (sender.kind !== 'user') return postMessage(this.deps, message, author);
    const { conversationId } = message;
    const userId = parseUserId(sender.id, 'sender.id');
    try {
      checkUserMayAddress(conversationId, userId);
      return await postMessage(this.deps, message, author);
    } catch (error) {
      throw await this.deps.hidden.explain(context, error, { userId, conversationId });
    }
  }
}
