import { invalidArgument } from './domain-error.js';
import { isId, type GroupId, type UserId } from './ids.js';

declare const brand: unique symbol;
/** `d:<a>:<b>` with a <= b by byte, `g:<group>` or `s:<user>`; at most 131 bytes. */
export type ConversationId = string & { readonly [brand]: 'ConversationId' };

export type ConversationRef =
  | { readonly kind: 'direct'; readonly a: UserId; readonly b: UserId }
  | { readonly kind: 'group'; readonly group: GroupId }
  | { readonly kind: 'self'; readonly user: UserId };

export const CONVERSATION_ID_MAX_LENGTH = 131;

/** The direct conversation of two users, or a user's notes to self when both are the same. */
export function directConversationId(x: UserId, y: UserId): ConversationId {
  // Ids are ASCII, so comparing UTF-16 units is comparing bytes.
  return (x <= y ? `d:${x}:${y}` : `d:${y}:${x}`) as ConversationId;
}

export function groupConversationId(group: GroupId): ConversationId {
  return `g:${group}` as ConversationId;
}

export function selfConversationId(user: UserId): ConversationId {
  return `s:${user}` as ConversationId;
}

/** Throws INVALID_ARGUMENT naming `field` unless `value` is a well-formed id in its one canonical spelling. */
export function parseConversationId(value: string, field = 'conversation_id'): ConversationId {
  if (describeConversation(value) === undefined) {
    throw invalidArgument(field, 'must be d:<a>:<b> with a <= b, g:<group> or s:<user>');
  }
  return value as ConversationId;
}

/** What a conversation id says; undefined for a string that is not one. */
export function describeConversation(value: string): ConversationRef | undefined {
  const parts = value.split(':');
  const [prefix, first = '', second = ''] = parts;
  if (prefix === 'd' && parts.length === 3 && isId(first) && isId(second) && first <= second) {
    return { kind: 'direct', a: first as UserId, b: second as UserId };
  }
  if (parts.length !== 2 || !isId(first)) return undefined;
  if (prefix === 'g') return { kind: 'group', group: first as GroupId };
  if (prefix === 's') return { kind: 'self', user: first as UserId };
  return undefined;
}

/** The reference of an id that was parsed before. */
export function conversationRef(id: ConversationId): ConversationRef {
  const ref = describeConversation(id);
  if (!ref) throw invalidArgument('conversation_id', 'is malformed');
  return ref;
}
