import { knownApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { checkMessage, type MessageInput } from './message-draft.js';
import { postMessage, type MessagePosts, type SentEntry } from './post-message.js';
import { checkUserMayAddress } from './user-sender.js';

/**
 * Appends a user's message. The answer means: durably committed; or handed to the devices that are online, for messages that
 * are not stored. Errors: INVALID_ARGUMENT, NOT_FOUND (peer or conversation), NOT_A_MEMBER, MUTED, PERMISSION_DENIED (a self
 * feed), LIMIT_EXCEEDED, APP_SUSPENDED; UNAVAILABLE, DEADLINE_EXCEEDED and INTERNAL leave the
 * effect unknown.
 */
export class SendEntry {
  constructor(readonly deps: MessagePosts & { readonly apps: Apps }) {}

  async run(context: UserContext, input: MessageInput): Promise<SentEntry> {
    const { appId, caller, signal } = context;
    const message = checkMessage(input, await knownApp(this.deps.apps, appId));
    checkUserMayAddress(message.conversationId, caller.userId);
    const sender = { kind: 'user', id: caller.userId } as const;
    return postMessage(this.deps, message, { appId, sender, origin: caller.session, signal });
  }
}
