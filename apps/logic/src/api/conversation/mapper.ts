import {
  conversationRef,
  memberView,
  type ConversationRef,
  type EntryState,
} from '@queqiao/domain';
import {
  CatchUpAnswer,
  Content,
  Entry,
  Entry_State,
  Conversation_Kind,
  toMemberState as toProtoState,
  type Conversation,
  type MemberState,
} from '@queqiao/protocol/client';
import type { EntryRecord, Membership, PullResult } from '../../usecase/conversation/ports.js';
import type { ListedConversation } from '../../usecase/conversation/listed-conversations.js';
import { toProtoSender } from '../message/content-mapper.js';

export function toEntry(record: EntryRecord): Entry {
  const { conversationId, seq, ordinal, clientMsgId, revision, createdMs, state } = record;
  return Entry.create({
    conversationId,
    seq,
    ordinal,
    sender: toProtoSender(record.sender),
    clientMsgId,
    revision,
    createdMs,
    content: state === 'present' ? Content.decode(record.content) : undefined,
    state: STATES[state],
  });
}

const STATES = {
  present: Entry_State.UNSPECIFIED,
  recalled: Entry_State.RECALLED,
  deleted: Entry_State.DELETED,
} as const satisfies Record<EntryState, Entry_State>;

export function toMemberState(membership: Membership): MemberState {
  return toProtoState(memberView(membership.member, membership));
}

export function toCatchUpAnswer(answer: {
  readonly conversationId: string;
  readonly result: PullResult | null;
}): CatchUpAnswer {
  const { conversationId, result } = answer;
  if (result === null) return CatchUpAnswer.create({ conversationId, notFound: true });
  const { entries, notVisible, lastSeq, hasMore } = result;
  const rest = { notVisible, lastSeq, hasMore, notFound: false };
  return { conversationId, entries: entries.map(toEntry), ...rest };
}

export const KINDS = {
  direct: Conversation_Kind.DIRECT,
  group: Conversation_Kind.GROUP,
  self: Conversation_Kind.SELF,
} as const satisfies Record<ConversationRef['kind'], Conversation_Kind>;

export function toConversation({ membership, shown, groupName }: ListedConversation): Conversation {
  const { member, lastSeq, lastOrdinal, activeMs } = membership;
  const { conversationId } = member;
  return {
    conversationId,
    kind: KINDS[conversationRef(conversationId).kind],
    name: groupName ?? '',
    lastSeq,
    lastOrdinal,
    lastEntry: shown ? toEntry(shown) : undefined,
    activeMs,
    member: toMemberState(membership),
  };
}
