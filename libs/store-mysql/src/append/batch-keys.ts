import { senderKey, type AppId, type ConversationId } from '@queqiao/domain';
import type { AppendItem } from '../append-types.js';

export interface HeadKey {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
}

/** An item with the strings that it is looked up by. Parts are joined by a character that no id holds. */
export interface KeyedItem {
  readonly item: AppendItem;
  readonly head: string;
  /** What a retry is recognised by; undefined for entries that the server writes. */
  readonly message: string | undefined;
  /** Whose membership is asked for; undefined when the sender is not a user. */
  readonly member: string | undefined;
  readonly sender: string;
  /** Users that it names. */
  readonly mentioned: readonly string[];
}

export function headKey(appId: string, conversationId: string): string {
  return `${appId}\n${conversationId}`;
}

export function messageKey(head: string, sender: string, clientMsgId: string): string {
  return `${head}\n${sender}\n${clientMsgId}`;
}

export function memberKey(head: string, userId: string): string {
  return `${head}\n${userId}`;
}

export function keyedItem(item: AppendItem): KeyedItem {
  const head = headKey(item.appId, item.conversationId);
  const sender = senderKey(item.sender);
  return {
    item,
    head,
    sender,
    mentioned: [...new Set(item.mentions?.userIds ?? [])],
    message: item.clientMsgId === '' ? undefined : messageKey(head, sender, item.clientMsgId),
    member: item.sender.kind === 'user' ? memberKey(head, item.sender.id) : undefined,
  };
}

/** The conversations of a batch in the order in which heads are locked: that of the primary key, by byte. */
export function headsInOrder(items: readonly KeyedItem[]): HeadKey[] {
  const heads = new Map<string, HeadKey>();
  for (const { head, item } of items) if (!heads.has(head)) heads.set(head, item);
  return [...heads.values()].sort(
    (a, b) => compare(a.appId, b.appId) || compare(a.conversationId, b.conversationId),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
