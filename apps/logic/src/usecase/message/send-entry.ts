import { knownApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { checkMessage, type CheckedMessage, type MessageInput } from './message-draft.js';
import type { BeforeSendJudge } from './ports.js';
import { postMessage, type MessagePosts, type SentEntry } from './post-message.js';
import { questionOf } from './before-send.js';
import { checkUserMayAddress } from './user-sender.js';

export interface SendEntryDeps extends MessagePosts {
  readonly apps: Apps;
  readonly beforeSend: BeforeSendJudge;
}

/**
 * Appends a user's message, if the app's back end has nothing against it. The answer means: durably committed; or handed to the
 * devices that are online, for messages that are not stored. Errors: INVALID_ARGUMENT, NOT_FOUND (peer or conversation),
 * NOT_A_MEMBER, MUTED, PERMISSION_DENIED (a self feed; the app's hook), LIMIT_EXCEEDED, APP_SUSPENDED; UNAVAILABLE,
 * DEADLINE_EXCEEDED and INTERNAL leave the effect unknown.
 */
export class SendEntry {
  constructor(readonly deps: SendEntryDeps) {}

  async run(context: UserContext, input: MessageInput): Promise<SentEntry> {
    const { appId, caller, signal } = context;
    const message = checkMessage(input, await knownApp(this.deps.apps, appId));
    checkUserMayAddress(message.conversationId, caller.userId);
    const judged = await this.#judged(context, message);
    const sender = { kind: 'user', id: caller.userId } as const;
    return postMessage(this.deps, judged, { appId, sender, origin: caller.session, signal });
  }

  /** What the hook refuses may be the retry of a message that it let pass and that is stored: the log finds out. */
  async #judged(context: UserContext, message: CheckedMessage): Promise<CheckedMessage> {
    if (message.refusal) return message;
    const { conversationId, clientMsgId, content, transient } = message;
    const about = { conversationId, clientMsgId, content: content.encoded, editOfSeq: 0 };
    const refusal = await this.deps.beforeSend.judge(questionOf(context, about));
    if (refusal === null) return message;
    if (transient) throw refusal;
    return { ...message, refusal };
  }
}
