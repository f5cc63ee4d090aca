import {
  DomainError,
  invalidArgument,
  type ConversationId,
  type ErrorCode,
  type Sender,
  type UserId,
} from '@queqiao/domain';

import { knownApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { BusinessContext } from '../caller.js';
import { changeRequest } from '../change/change-request.js';
import type { RequestIds } from '../change/ports.js';
import { checkUserIds } from '../check-fields.js';
import { existOrAnswered, type FirstAnswers, type UserLookup } from '../must-exist.js';
import { accountOf, addressed, checkForMany, checkSender, derivedMsgId } from './app-account.js';
import {
  checkMessage,
  type Author,
  type CheckedMessage,
  type MessageInput,
} from './message-draft.js';
import { postMessage, type MessagePosts } from './post-message.js';

/** Users of one call. */
export const SEND_TO_USERS_MAX = 500;
/** Messages of one call that are on their way at a time: less than half of what one commit takes. */
export const SEND_TO_USERS_MAX_AT_ONCE = 100;

export interface SendToUsersInput extends Omit<MessageInput, 'conversationId' | 'clientMsgId'> {
  readonly clientRequestId: string;
  /** Null: the request named no kind. */
  readonly sender: Sender | null;
  readonly userIds: readonly string[];
}

export interface SentToUser {
  readonly userId: UserId;
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly createdMs: number;
  /** Null: sent. */
  readonly error: ErrorCode | null;
}

export interface SendToUsersDeps extends MessagePosts {
  readonly apps: Apps;
  readonly users: UserLookup;
  readonly requests: RequestIds;
  readonly answers: FirstAnswers;
}

/**
 * One message to each of some users, from an account of the app. What becomes of each says its result; repeated, the call sends to
 * nobody twice. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, NOT_FOUND (the account), APP_SUSPENDED.
 */
export class SendToUsers {
  constructor(readonly deps: SendToUsersDeps) {}

  async run(context: BusinessContext, input: SendToUsersInput): Promise<SentToUser[]> {
    const { apps, requests } = this.deps;
    const { appId, signal } = context;
    const app = await knownApp(apps, appId);
    const sender = checkSender(input.sender);
    const account = accountOf(sender, app.settings);
    const userIds = checkUserIds(input.userIds, 'user_ids', SEND_TO_USERS_MAX);
    const itself = input.userIds.indexOf(account);
    if (itself >= 0) throw invalidArgument(`user_ids[${itself}]`, 'is the account that sends');
    const request = changeRequest(context, input.clientRequestId, 'SendToUsers');
    const clientMsgId = derivedMsgId('users', request.requestId);
    const message = checkMessage({ ...input, conversationId: `s:${account}`, clientMsgId }, app);
    checkForMany(message);
    const field = sender.kind === 'system' ? 'systemAccount' : 'sender.id';
    // Repeated, it is answered also for an account that was erased since: the log knows what was sent.
    await existOrAnswered(this.deps, { appId, request }, [account], () => field);
    // What is refused now is stored for nobody, and leaves the id free.
    if (message.refusal === undefined) await requests.claim(appId, request);
    const author = { appId, sender, origin: undefined, signal };
    const results = await atMost(SEND_TO_USERS_MAX_AT_ONCE, userIds, (userId) =>
      this.#send(addressed(message, account, userId), author, userId),
    );
    // Nothing was stored, now or before, for a reason that has nothing to do with any of the users.
    const { refusal } = message;
    if (refusal && results.every(({ error }) => error === refusal.code)) throw refusal;
    return results;
  }

  async #send(message: CheckedMessage, author: Author, userId: UserId): Promise<SentToUser> {
    const { conversationId } = message;
    try {
      const { seq, createdMs } = await postMessage(this.deps, message, author);
      return { userId, conversationId, seq, createdMs, error: null };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { userId, conversationId, seq: 0, createdMs: 0, error: error.code };
    }
  }
}

/** Results in the order of the items, of which at most so many are worked on at a time. */
async function atMost<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
