import type { AppId, ConversationId, DeviceId, UserId } from '@queqiao/domain';
import type { UserContext } from '../../src/usecase/caller.js';
import type {
  MemberChangeResult,
  MemberLog,
  Readers,
} from '../../src/usecase/conversation/member-log.js';
import type {
  CatchUpResult,
  ConversationLog,
  EntryRecord,
  Membership,
  PullResult,
  SeqRange,
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
      role: 'member',
      flags: 0,
      mutedUntilMs: 0,
      joinedSeq,
      leftSeq,
      readSeq,
      readOrdinal,
      clearedSeq: 0,
      peerReadSeq: 0,
      peerDeliveredSeq: 0,
      mentionedSeq: 0,
      settings: facts.settings ?? {},
      hiddenSeqs: [],
      rev,
    },
    lastSeq,
    lastOrdinal,
    shownSeq,
    activeMs,
    mentionAllSeq: 0,
    mode: 'routed',
    leaveVersion: 0,
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
    state: 'present',
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
  caughtUp: CatchUpResult[] = [];

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
        conversationId,
        entry: seq === 0 ? null : entry(conversationId, seq, this.shownBytes),
        groupName: null,
      })),
    );
  }

  pull(input: unknown): Promise<PullResult | null> {
    this.asked.push(input);
    return Promise.resolve(this.pullResult);
  }

  catchUp(_appId: AppId, _userId: UserId, wanted: readonly unknown[]): Promise<CatchUpResult[]> {
    this.asked.push(...wanted);
    return Promise.resolve(this.caughtUp);
  }

  member(_appId: AppId, _userId: UserId, conversationId: ConversationId) {
    const found = this.rows.find(({ member }) => member.conversationId === conversationId);
    return Promise.resolve(found ?? null);
  }

  entries(_appId: AppId, conversationId: ConversationId, { fromSeq, toSeq }: SeqRange) {
    const seqs = Array.from({ length: toSeq - fromSeq + 1 }, (_, index) => fromSeq + index);
    return Promise.resolve(seqs.map((seq) => entry(conversationId, seq)));
  }
}

/** Members' rows that answer what a test says. */
export class FakeMembers implements MemberLog {
  readonly asked: unknown[] = [];
  result: MemberChangeResult = { status: 'not-found' };
  acked: Awaited<ReturnType<MemberLog['ackDelivered']>> = { dispatchId: null, changed: [] };
  page: Readers = { userIds: [], readCount: 0, unreadCount: 0 };

  advanceRead(input: unknown) {
    return this.#change(input);
  }

  updateSettings(input: unknown) {
    return this.#change(input);
  }

  clearHistory(input: unknown) {
    return this.#change(input);
  }

  deleteForMe(input: unknown) {
    return this.#change(input);
  }

  ackDelivered(acks: readonly unknown[]) {
    this.asked.push(acks);
    return Promise.resolve(this.acked);
  }

  readers(query: unknown) {
    this.asked.push(query);
    return Promise.resolve(this.page);
  }

  #change(input: unknown): Promise<MemberChangeResult> {
    this.asked.push(input);
    return Promise.resolve(this.result);
  }
}
