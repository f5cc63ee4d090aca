import { conversationRef, DomainError, type ConversationId, type UserId } from '@queqiao/domain';

/**
 * Whether a user may address a conversation at all, as far as its id tells; membership of groups is the log's business.
 * Conversations of others answer like missing ones. Errors: NOT_FOUND, PERMISSION_DENIED.
 */
export function checkUserMayAddress(conversationId: ConversationId, userId: UserId): void {
  const ref = conversationRef(conversationId);
  if (ref.kind === 'group') return;
  const own = ref.kind === 'self' ? ref.user === userId : ref.a === userId || ref.b === userId;
  if (!own) {
    throw new DomainError('NOT_FOUND', 'no such conversation', { field: 'conversation_id' });
  }
  if (ref.kind === 'self') {
    throw new DomainError('PERMISSION_DENIED', 'only the server writes to self feeds', {
      field: 'conversation_id',
    });
  }
}
