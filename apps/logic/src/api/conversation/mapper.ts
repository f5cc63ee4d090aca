import { conversationRef, unreadCount, type ConversationRef } from '@queqiao/domain';
import {
  Content,
  Entry,
  MemberState,
  Conversation_Kind,
  type Conversation,
} from '@queqiao/protocol/client';
import type { EntryRecord, Membership } from '../../usecase/conversation/ports.js';
import type { SyncedConversation } from '../../usecase/conversation/sync-conversations.js';
import { toProtoSender } from '../message/content-mapper.js';

export function toEntry(record: EntryRecord): Entry {
  const { conversationId, seq, ordinal, clientMsgId, revision, createdMs } = record;
  return Entry.create({
    conversationId,
    seq,
    ordinal,
    sender: toProtoSender(record.sender),
    clientMsgId,
    revision,
    createdMs,
    content: Content.decode(record.content),
  });
}

export function toMemberState({ member, lastOrdinal }: Membership): MemberState {
  const { conversationId, rev, readSeq, readOrdinal, joinedSeq, leftSeq } = member;
  return MemberState.create({
    conversationId,
    rev,
    readSeq,
    readOrdinal,
    unread: unreadCount(lastOrdinal, readOrdinal),
    joinedSeq,
    leftSeq: leftSeq ?? undefined,
  });
}

const KINDS = {
  direct: Conversation_Kind.DIRECT,
  group: Conversation_Kind.GROUP,
  self: Conversation_Kind.SELF,
} as const satisfies Record<ConversationRef['kind'], Conversation_Kind>;

export function toConversation({ membership, shown }: SyncedConversation): Conversation {
  const { member, lastSeq, lastOrdinal, activeMs } = membership;
  const { conversationId } = member;
  return {
    conversationId,
    kind: KINDS[conversationRef(conversationId).kind],
    name: shown?.groupName ?? '',
    lastSeq,
    lastOrdinal,
    lastEntry: shown ? toEntry(shown.entry) : undefined,
    activeMs,
    member: toMemberState(membership),
  };
}
