import type { ConversationId } from '@queqiao/domain';

import { knownApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { checkMessage, type MessageInput } from './message-draft.js';
import type { EntryLog, EntryPlace } from './ports.js';
import { checkUserMayAddress } from './user-sender.js';

export interface SentEntry extends EntryPlace {
  readonly conversationId: ConversationId;
}

/**
 * Appends a user's message. The answer means: durably committed. Errors: INVALID_ARGUMENT, NOT_FOUND (peer or conversation),
 * NOT_A_MEMBER, MUTED, PERMISSION_DENIED (a self feed), LIMIT_EXCEEDED, APP_SUSPENDED; UNAVAILABLE, DEADLINE_EXCEEDED and INTERNAL leave the
 * effect unknown.
 */
export class SendEntry {
  constructor(readonly deps: { readonly apps: Apps; readonly log: EntryLog }) {}

  async run(context: UserContext, input: MessageInput): Promise<SentEntry> {
    const { appId, caller, signal } = context;
    const message = checkMessage(input, await knownApp(this.deps.apps, appId));
    checkUserMayAddress(message.conversationId, caller.userId);
    const place = await this.deps.log.append({
      ...message,
      appId,
      sender: { kind: 'user', id: caller.userId },
      origin: caller.session,
      signal,
    });
    return { ...place, conversationId: message.conversationId };
  }
}
