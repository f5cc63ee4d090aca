import { describeConversation, unreadCount } from '@queqiao/domain';
import { Conversation_Kind, type Entry, type GroupRole } from '@queqiao/protocol/client';
import type { EffectiveMember } from './member-cursor.js';

/** One conversation as lists and headers show it. A snapshot: later changes come as `conversation` events. */
export interface ConversationView {
  readonly conversationId: string;
  readonly kind: 'direct' | 'group' | 'self';
  /** Of groups: the group's name. Empty otherwise. */
  readonly name: string;
  /** Of direct chats: the other user (oneself for notes to self). Empty otherwise. */
  readonly peerId: string;
  /** Newest seq that is known to exist; entries up to it may still be on their way. */
  readonly lastSeq: number;
  /** Newest message that a list shows; without content once it was taken back, unset once it was cleared or hidden. */
  readonly lastEntry: Entry | undefined;
  /** For ordering only, milliseconds since the epoch. */
  readonly activeMs: number;
  /** Messages above the read cursor; never negative. */
  readonly unread: number;
  readonly readSeq: number;
  /** Newest unread entry that mentions the user, by name or with everybody; 0: none. */
  readonly mentionedSeq: number;
  /** Direct chats: how far the other side has read and received. */
  readonly peerReadSeq: number;
  readonly peerDeliveredSeq: number;
  /** On top of the list. */
  readonly pinned: boolean;
  /** No notifications, and apart from the total of unread messages. */
  readonly muted: boolean;
  /** Out of the list until something new arrives. */
  readonly hidden: boolean;
  /** Shown as unread although it was read. */
  readonly markedUnread: boolean;
  readonly draft: string;
  /** The user's own name for the conversation; empty: none. */
  readonly remark: string;
  /** The user is no longer a member: nothing new will come. */
  readonly left: boolean;
  /** What the user is in a group; an ordinary member elsewhere. */
  readonly role: GroupRole;
  /** The user may not speak until then, in milliseconds since the epoch; 0: may. */
  readonly mutedUntilMs: number;
  /** `loadOlder` may bring more. */
  readonly hasOlder: boolean;
}

export interface ViewFacts {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly lastEntry: Entry | undefined;
  readonly activeMs: number;
  readonly base: number;
}

export function conversationView(facts: ViewFacts, member: EffectiveMember): ConversationView {
  const ref = describeConversation(facts.id);
  const { readSeq, readOrdinal, floor, settings } = member;
  return {
    conversationId: facts.id,
    kind: ref?.kind ?? 'group',
    name: facts.name,
    peerId: ref?.kind === 'direct' ? (ref.a === facts.userId ? ref.b : ref.a) : '',
    lastSeq: facts.lastSeq,
    lastEntry: facts.lastEntry,
    activeMs: facts.activeMs,
    unread: unreadCount(facts.lastOrdinal, readOrdinal),
    readSeq,
    mentionedSeq: member.mentionedSeq,
    peerReadSeq: member.peerReadSeq,
    peerDeliveredSeq: member.peerDeliveredSeq,
    pinned: settings.pinned,
    muted: settings.muted,
    hidden: settings.hidden,
    markedUnread: settings.markedUnread,
    draft: settings.draft,
    remark: settings.remark,
    left: member.left,
    role: member.role,
    mutedUntilMs: member.mutedUntilMs,
    hasOlder: facts.base > floor,
  };
}

/** Pinned ones first, then the most recently active. */
export function byListOrder(a: ConversationView, b: ConversationView): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  return b.activeMs - a.activeMs || (a.conversationId < b.conversationId ? -1 : 1);
}

export function kindOf(id: string): Conversation_Kind {
  const kinds = {
    direct: Conversation_Kind.DIRECT,
    group: Conversation_Kind.GROUP,
    self: Conversation_Kind.SELF,
  };
  const ref = describeConversation(id);
  return ref === undefined ? Conversation_Kind.UNSPECIFIED : kinds[ref.kind];
}
