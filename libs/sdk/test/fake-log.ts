import { DomainError } from '@queqiao/domain';
import {
  Conversation_Kind,
  ConversationSettings,
  Entry,
  MemberState,
  Sender_Kind,
  SyncConversationsResponse,
  type Content,
  type Conversation,
  type PullEntriesRequest,
  type PullEntriesResponse,
} from '@queqiao/protocol/client';

import { changeOf } from '../src/replica/change.js';
import { applyChange } from './fake-changes.js';

interface Log {
  readonly id: string;
  readonly name: string;
  readonly entries: Entry[];
  /** Seqs of entries that change others. */
  readonly changes: Set<number>;
  readonly members: Map<string, MemberState>;
}

/** The server's database for tests: logs, members and the answers that are read from them. */
export class FakeLog {
  epoch = 1;
  /** Entries of one pull answer at most, whatever was asked for. */
  maxPull = 500;
  /** Conversations of one sync answer at most. */
  maxSync = 100;
  readonly #logs = new Map<string, Log>();
  #createdMs = 1_700_000_000_000;

  createConversation(id: string, members: Readonly<Record<string, number>>, name = ''): void {
    const states = Object.entries(members).map(([user, joinedSeq]): [string, MemberState] => [
      user,
      MemberState.create({
        conversationId: id,
        rev: 1,
        readSeq: joinedSeq,
        readOrdinal: joinedSeq,
        joinedSeq,
      }),
    ]);
    this.#logs.set(id, { id, name, entries: [], changes: new Set(), members: new Map(states) });
  }

  has(id: string): boolean {
    return this.#logs.has(id);
  }

  get ids(): string[] {
    return [...this.#logs.keys()];
  }

  membersOf(id: string): string[] {
    return [...this.#log(id).members.keys()];
  }

  member(id: string, user: string): MemberState {
    const state = this.#log(id).members.get(user);
    if (state === undefined) throw new Error(`${user} is not in ${id}`);
    return state;
  }

  revs(id: string): ReadonlyMap<string, number> {
    return new Map([...this.#log(id).members].map(([user, { rev }]) => [user, rev]));
  }

  entries(id: string): readonly Entry[] {
    return this.#log(id).entries;
  }

  /** The stored entry, or the first one of the same sender and client_msg_id. */
  append(
    id: string,
    sender: string,
    clientMsgId: string,
    content: Content,
  ): { entry: Entry; fresh: boolean } {
    const log = this.#log(id);
    const known = log.entries.find(
      (one) => one.clientMsgId === clientMsgId && one.sender?.id === sender,
    );
    if (known !== undefined) return { entry: known, fresh: false };
    const seq = log.entries.length + 1;
    const change = changeOf(content);
    const before = log.entries.at(-1)?.ordinal ?? 0;
    const ordinal = change === undefined ? before + 1 : before;
    this.#createdMs += 1;
    const entry = Entry.create({
      conversationId: id,
      seq,
      ordinal,
      sender: { kind: Sender_Kind.USER, id: sender },
      clientMsgId,
      createdMs: this.#createdMs,
      content: change === undefined ? content : applyChange(log.entries, change, content),
    });
    log.entries.push(entry);
    if (change !== undefined) log.changes.add(seq);
    this.#move(log, sender, seq);
    this.#mention(log, entry);
    return { entry, fresh: true };
  }

  isMessage(id: string, seq: number): boolean {
    return !this.#log(id).changes.has(seq);
  }

  /** Only messages that are still there can be changed; a repeated change is answered without asking. */
  checkTargets(id: string, sender: string, clientMsgId: string, content: Content): void {
    const log = this.#log(id);
    const known = log.entries.some(
      (one) => one.clientMsgId === clientMsgId && one.sender?.id === sender,
    );
    if (known) return;
    for (const seq of changeOf(content)?.targetSeqs ?? []) {
      const there = log.entries[seq - 1]?.content !== undefined && !log.changes.has(seq);
      if (!there) throw new DomainError('NOT_FOUND', 'no such message');
    }
  }

  markRead(id: string, user: string, seq: number): MemberState {
    const log = this.#log(id);
    this.#move(log, user, seq);
    const { settings } = this.member(id, user);
    if (settings?.markedUnread === true) this.updateSettings(id, user, { markedUnread: false });
    const peer = [...log.members.keys()].find((other) => other !== user);
    if (id.startsWith('d:') && peer !== undefined && this.member(id, peer).peerReadSeq < seq) {
      this.#change(log, peer, { peerReadSeq: seq });
    }
    return this.member(id, user);
  }

  updateSettings(id: string, user: string, patch: Partial<ConversationSettings>): MemberState {
    const log = this.#log(id);
    const settings = ConversationSettings.create(this.member(id, user).settings);
    const hiddenThroughSeq =
      patch.hidden === true ? log.entries.length : this.member(id, user).hiddenThroughSeq;
    this.#change(log, user, { settings: { ...settings, ...patch }, hiddenThroughSeq });
    return this.member(id, user);
  }

  clear(id: string, user: string): MemberState {
    const log = this.#log(id);
    const clearedSeq = log.entries.length;
    this.#move(log, user, clearedSeq);
    this.#change(log, user, { clearedSeq });
    return this.member(id, user);
  }

  hide(id: string, user: string, seqs: readonly number[]): MemberState {
    const hidden = new Set([...this.member(id, user).hiddenSeqs, ...seqs]);
    const hiddenSeqs = [...hidden].sort((a, b) => a - b);
    this.#change(this.#log(id), user, { hiddenSeqs });
    return this.member(id, user);
  }

  /** A device has stored everything up to there: the other one of a chat of two hears of it. */
  delivered(id: string, user: string, seq: number): void {
    const log = this.#log(id);
    const peer = [...log.members.keys()].find((other) => other !== user);
    if (!id.startsWith('d:') || peer === undefined) return;
    if (this.member(id, peer).peerDeliveredSeq < seq) {
      this.#change(log, peer, { peerDeliveredSeq: seq });
    }
  }

  sync(user: string, cursor: Uint8Array): SyncConversationsResponse {
    const seen = cursor.length === 0 ? {} : (decode(cursor) as Record<string, number>);
    const changed = [...this.#logs.values()]
      .filter((log) => log.members.has(user) && seen[log.id] !== this.#changeCount(log, user))
      .sort((a, b) => activeMs(b) - activeMs(a));
    const page = changed.slice(0, this.maxSync);
    const next = { ...seen };
    for (const log of page) next[log.id] = this.#changeCount(log, user);
    return SyncConversationsResponse.create({
      conversations: page.map((log) => this.#describe(log, user)),
      cursor: new TextEncoder().encode(JSON.stringify(next)),
      hasMore: changed.length > page.length,
      logEpoch: this.epoch,
    });
  }

  pull(user: string, request: PullEntriesRequest): PullEntriesResponse {
    const log = this.#log(request.conversationId);
    const lastSeq = log.entries.length;
    const from = Math.max(1, request.fromSeq);
    const to = request.toSeq === 0 ? lastSeq : Math.min(request.toSeq, lastSeq);
    const member = this.member(log.id, user);
    const hiddenTo = Math.min(Math.max(member.joinedSeq, member.clearedSeq), to);
    const hidden = member.hiddenSeqs.filter((seq) => seq >= from && seq <= to);
    const wanted = log.entries.filter(
      ({ seq }) => seq >= from && seq <= to && seq > hiddenTo && !hidden.includes(seq),
    );
    const limit = Math.min(request.limit === 0 ? 100 : request.limit, this.maxPull);
    const entries = request.backwards ? wanted.slice(-limit) : wanted.slice(0, limit);
    return {
      entries,
      notVisible: [
        ...(hiddenTo >= from ? [{ fromSeq: from, toSeq: hiddenTo }] : []),
        ...hidden.map((seq) => ({ fromSeq: seq, toSeq: seq })),
      ],
      lastSeq,
      logEpoch: this.epoch,
      hasMore: entries.length < wanted.length,
    };
  }

  /** A restore from backup: everything after `keep` entries per conversation is gone. */
  restoreBackup(keep: number): void {
    this.epoch += 1;
    for (const { entries } of this.#logs.values()) entries.length = Math.min(entries.length, keep);
  }

  #move(log: Log, user: string, seq: number): void {
    const state = log.members.get(user);
    if (state === undefined || seq <= state.readSeq) return;
    const readOrdinal = log.entries[seq - 1]?.ordinal ?? 0;
    this.#change(log, user, { readSeq: seq, readOrdinal });
  }

  #change(log: Log, user: string, change: Partial<MemberState>): void {
    const state = log.members.get(user);
    if (state !== undefined) log.members.set(user, { ...state, ...change, rev: state.rev + 1 });
  }

  #mention(log: Log, { seq, content }: Entry): void {
    for (const user of log.members.keys()) {
      const mentioned = content?.mentions?.userIds.includes(user) === true;
      if (mentioned && this.member(log.id, user).readSeq < seq) {
        this.#change(log, user, { mentionedSeq: seq });
      }
    }
  }

  #changeCount(log: Log, user: string): number {
    return log.entries.length + (log.members.get(user)?.rev ?? 0);
  }

  #describe(log: Log, user: string): Conversation {
    return {
      conversationId: log.id,
      kind: log.id.startsWith('d:') ? Conversation_Kind.DIRECT : Conversation_Kind.GROUP,
      name: log.name,
      lastSeq: log.entries.length,
      lastOrdinal: log.entries.at(-1)?.ordinal ?? 0,
      lastEntry: this.#shown(log, user),
      activeMs: activeMs(log),
      member: this.member(log.id, user),
    };
  }

  #shown(log: Log, user: string): Entry | undefined {
    const { clearedSeq, hiddenSeqs } = this.member(log.id, user);
    const shown = log.entries.filter(({ seq }) => !log.changes.has(seq)).at(-1);
    if (shown === undefined || shown.seq <= clearedSeq) return undefined;
    return hiddenSeqs.includes(shown.seq) ? undefined : shown;
  }

  #log(id: string): Log {
    const log = this.#logs.get(id);
    if (log === undefined) throw new Error(`no conversation ${id}`);
    return log;
  }
}

function activeMs(log: Log): number {
  return log.entries.at(-1)?.createdMs ?? 0;
}

function decode(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
