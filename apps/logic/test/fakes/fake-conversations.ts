import type { AppId, ConversationId, DeviceId, UserId } from '@queqiao/domain';
import type { UserContext } from '../../src/usecase/caller.js';
import type {
  AdvanceRead,
  AdvanceReadResult,
  ConversationLog,
  EntryRecord,
  Membership,
  PullResult,
  ShownEntry,
} from '../../src/usecase/conversation/ports.js';

export function userContext(userId: string, appId = 'demo'): UserContext {
  return {
    appId: appId as AppId,
    caller: { kind: 'user', userId: userId as UserId, deviceId: 'phone' as DeviceId },
    requestId: 'r1',
    signal: new AbortController().signal,
  };
}

export function membership(
  conversationId: string,
  facts: Partial<Omit<Membership, 'member'>> & Partial<Membership['member']> = {},
): Membership {
  const { lastSeq = 1, lastOrdinal = lastSeq, shownSeq = lastSeq, activeMs = 0, rev = 0 } = facts;
  const { joinedSeq = 0, leftSeq = null, readSeq = 0, readOrdinal = 0 } = facts;
  return {
    member: {
      conversationId: conversationId as ConversationId,
      userId: 'alice' as UserId,
      joinedSeq,
      leftSeq,
      readSeq,
      readOrdinal,
      rev,
    },
    lastSeq,
    lastOrdinal,
    shownSeq,
    activeMs,
    change: facts.change ?? lastSeq + rev,
  };
}

export function entry(conversationId: string, seq: number, bytes = 0): EntryRecord {
  return {
    conversationId: conversationId as ConversationId,
    seq,
    ordinal: seq,
    sender: { kind: 'user', id: 'bob' },
    clientMsgId: `m${seq}`,
    revision: 0,
    createdMs: 0,
    content: new Uint8Array(bytes),
  };
}

/** One user's conversations in memory, with what was asked of them. */
export class FakeConversations implements ConversationLog {
  readonly asked: unknown[] = [];
  rows: Membership[] = [];
  /** Size of every shown entry's content. */
  shownBytes = 0;
  pullResult: PullResult | null = null;
  advanceResult: AdvanceReadResult = { status: 'not-found' };

  memberships(): Promise<Membership[]> {
    return Promise.resolve(this.rows);
  }

  shownEntries(
    _appId: AppId,
    wanted: readonly { conversationId: ConversationId; seq: number }[],
  ): Promise<ShownEntry[]> {
    this.asked.push(...wanted);
    return Promise.resolve(
      wanted.map(({ conversationId, seq }) => ({
        entry: entry(conversationId, seq, this.shownBytes),
        groupName: null,
      })),
    );
  }

  pull(input: unknown): Promise<PullResult | null> {
    this.asked.push(input);
    return Promise.resolve(this.pullResult);
  }

  advanceRead(input: AdvanceRead): Promise<AdvanceReadResult> {
    this.asked.push(input);
    return Promise.resolve(this.advanceResult);
  }
}
