import {
  conversationRef,
  DomainError,
  type ConversationId,
  type ErrorCode,
  type UserId,
} from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import type { AppLog } from '../conversation/app-log.js';
import type { UserLookup } from '../must-exist.js';

/** What a user is refused who was erased, by what is left. */
const OF_THE_SENDER: ReadonlySet<ErrorCode> = new Set([
  'NOT_A_MEMBER',
  'BLOCKED',
  'NOT_A_FRIEND',
  'MUTED',
  'DISSOLVED',
]);

/**
 * A user learns no more of a conversation of others than of one that does not exist. Its app may know both, so a back end that acts
 * for the user is told what is missing: the user, the membership or the conversation.
 */
export class HiddenConversations {
  constructor(
    readonly deps: {
      readonly users: UserLookup;
      readonly conversations: Pick<AppLog, 'heads'>;
    },
  ) {}

  async explain(
    { appId }: Pick<CallContext, 'appId' | 'signal'>,
    error: unknown,
    sent: { readonly userId: UserId; readonly conversationId: ConversationId },
  ): Promise<unknown> {
    const { users, conversations } = this.deps;
    const { userId, conversationId } = sent;
    if (!(error instanceof DomainError)) return error;
    const isHidden = error.code === 'NOT_FOUND' && error.field === 'conversation_id';
    if (!isHidden && !OF_THE_SENDER.has(error.code)) return error;
    if (!(await users.existing(appId, [userId])).has(userId)) {
      const field = 'sender.id';
      return new DomainError('NOT_FOUND', `there is no user ${userId}`, { field });
    }
    const ref = conversationRef(conversationId);
    const isOwn = ref.kind === 'direct' && (ref.a === userId || ref.b === userId);
    if (!isHidden || isOwn) return error;
    const [head] = await conversations.heads(appId, [conversationId]);
    if (head === undefined || head.lastSeq === 0) return error;
    return new DomainError('NOT_A_MEMBER', 'the sender is not a member of the conversation');
  }
}
