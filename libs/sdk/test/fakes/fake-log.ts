import { DomainError, isMessageKind } from '@queqiao/domain';
import {
  Content,
  Conversation_Kind,
  Entry,
  Sender_Kind,
  SyncConversationsResponse,
  type CatchUpRequest,
  type CatchUpResponse,
  type Conversation,
  type ConversationSettings,
  type MemberState,
  type PullEntriesRequest,
  type PullEntriesResponse,
  type SeqRange,
} from '@queqiao/protocol/client';

import { changeOf } from '../../src/replica/change.js';
import { applyChange, isDone, refusal } from './fake-changes.js';
import { FakeMembers, type FakeHead } from './fake-members.js';

interface Log {
  readonly id: string;
  name: string;
  readonly entries: Entry[];
  /** Seqs of entries that change others. */
  readonly changes: Set<number>;
  readonly members: FakeMembers;
  mentionAllSeq: number;
}

/** The server's database for tests: logs, members and the answers that are read from them. */
export class FakeLog {
  epoch = 1;
  /** Entries of one pull answer at most, whatever was asked for. */
  maxPull = 500;
  /** Conversations of one sync answer at most. */
  maxSync = 100;
  /** Entries of one answer to a catch-up at most, and of each of its conversations. */
  maxCatchUp = 500;
  maxCatchUpEach = 100;
  readonly #logs = new Map<string, Log>();
  readonly #requests = new Set<string>();
  #createdMs = 1_700_000_000_000;

  /** Members by the seq of their join; a group belongs to the first one. */
  createConversation(id: string, joins: Readonly<Record<string, number>>, name = ''): void {
    const members = new FakeMembers(id, joins);
    const log = { id, name, entries: [], changes: new Set<number>(), members, mentionAllSeq: 0 };
    this.#logs.set(id, log);
  }

  /** A group's first entry: the system says that it is there, which nobody has to read. */
  announce(id: string, creatorId: string): Entry {
    const { name, entries } = this.#log(id);
    const value = { name, creatorId, memberIds: this.membersOf(id) };
    const content = Content.create({ body: { $case: 'groupCreated', value } });
    const sender = { kind: Sender_Kind.SYSTEM, id: '' };
    this.#createdMs += 1;
    const createdMs = this.#createdMs;
    const entry = Entry.create({ conversationId: id, seq: 1, sender, createdMs, content });
    entries.push(entry);
    return entry;
  }

  has(id: string): boolean {
    return this.#logs.has(id);
  }

  get ids(): string[] {
    return [...this.#logs.keys()];
  }

  /** Who is in a conversation, to be changed. */
  members(id: string): FakeMembers {
    return this.#log(id).members;
  }

  membersOf(id: string): string[] {
    return this.#log(id).members.users;
  }

  member(id: string, user: string): MemberState {
    const log = this.#log(id);
    return log.members.state(user, headOf(log));
  }

  revs(id: string): ReadonlyMap<string, number> {
    const { members } = this.#log(id);
    return new Map(members.users.map((user) => [user, members.rev(user)]));
  }

  entries(id: string): readonly Entry[] {
    return this.#log(id).entries;
  }

  /** The stored entry, or the first one of the same sender and client_msg_id; seq 0 when nothing had to be stored. */
  append(
    id: string,
    sender: string,
    clientMsgId: string,
    content: Content,
    notCounted = false,
  ): { entry: Entry; fresh: boolean } {
    const log = this.#log(id);
    const known = stored(log, sender, clientMsgId);
    if (known !== undefined) return { entry: known, fresh: false };
    const change = changeOf(content);
    const seq = log.entries.length + 1;
    const before = log.entries.at(-1)?.ordinal ?? 0;
    const isMessage = isMessageKind(content.body?.$case ?? '');
    const ordinal = isMessage && !notCounted ? before + 1 : before;
    const from = { kind: Sender_Kind.USER, id: sender };
    const place = { conversationId: id, seq, ordinal, sender: from, clientMsgId };
    this.#createdMs += 1;
    const entry = Entry.create({ ...place, createdMs: this.#createdMs });
    if (change === undefined) {
      log.entries.push({ ...entry, content });
      if (content.body?.$case === 'groupUpdated') log.name = content.body.value.name ?? log.name;
      if (isMessage) this.#said(log, sender, { ...entry, content });
    } else {
      if (isDone(log.entries, change, sender)) {
        return { entry: { ...entry, seq: 0, ordinal: 0 }, fresh: false };
      }
      log.entries.push({ ...entry, content: applyChange(log.entries, change, content) });
      log.changes.add(seq);
    }
    return { entry: log.entries[seq - 1] ?? entry, fresh: true };
  }

  isMessage(id: string, seq: number): boolean {
    return !this.#log(id).changes.has(seq);
  }

  /** Who may change what; a repeated change is answered without asking. */
  checkTargets(id: string, sender: string, clientMsgId: string, content: Content): void {
    const log = this.#log(id);
    const change = changeOf(content);
    if (change === undefined || stored(log, sender, clientMsgId) !== undefined) return;
    const targets = change.targetSeqs.map((seq) =>
      log.changes.has(seq) ? undefined : log.entries[seq - 1],
    );
    const governs = log.members.governs(sender);
    const code = refusal(change, targets, { sender, governs, isGroup: id.startsWith('g:') });
    if (code !== undefined) throw new DomainError(code, 'refused by the rules');
  }

  markRead(id: string, user: string, seq: number): MemberState {
    const log = this.#log(id);
    const entry = log.entries[seq - 1];
    if (entry === undefined) throw new DomainError('INVALID_ARGUMENT', 'no such entry yet');
    log.members.markRead(user, seq, entry.ordinal);
    return this.member(id, user);
  }

  /** `throughSeq` 0: up to the newest entry. A request that came before changes nothing; empty: it has no id. */
  updateSettings(
    id: string,
    user: string,
    patch: Partial<ConversationSettings>,
    { throughSeq = 0, requestId = '' } = {},
  ): MemberState {
    const log = this.#log(id);
    if (throughSeq > log.entries.length)
      throw new DomainError('INVALID_ARGUMENT', 'no such entry yet');
    if (!this.#requests.has(requestId)) {
      log.members.updateSettings(user, patch, throughSeq || log.entries.length);
    }
    if (requestId !== '') this.#requests.add(requestId);
    return this.member(id, user);
  }

  clear(id: string, user: string, throughSeq = 0): MemberState {
    const log = this.#log(id);
    const seq = throughSeq || log.entries.length;
    const entry = log.entries[seq - 1];
    if (entry === undefined) throw new DomainError('INVALID_ARGUMENT', 'no such entry yet');
    log.members.clear(user, seq, entry.ordinal);
    return this.member(id, user);
  }

  hide(id: string, user: string, seqs: readonly number[]): MemberState {
    const log = this.#log(id);
    log.members.hide(user, seqs, headOf(log));
    return this.member(id, user);
  }

  /** A device has stored everything up to there: the other one of a chat of two hears of it. */
  delivered(id: string, user: string, seq: number): void {
    const log = this.#log(id);
    log.members.delivered(user, Math.min(seq, log.entries.length));
  }

  sync(user: string, cursor: Uint8Array): SyncConversationsResponse {
    const seen = cursor.length === 0 ? {} : (decode(cursor) as Record<string, number>);
    const changed = [...this.#logs.values()]
      .filter((log) => log.members.has(user) && seen[log.id] !== changeCount(log, user))
      .sort((a, b) => activeMs(b) - activeMs(a));
    const page = changed.slice(0, this.maxSync);
    const next = { ...seen };
    for (const log of page) next[log.id] = changeCount(log, user);
    return SyncConversationsResponse.create({
      conversations: page.map((log) => this.#describe(log, user)),
      cursor: new TextEncoder().encode(JSON.stringify(next)),
      hasMore: changed.length > page.length,
      logEpoch: this.epoch,
    });
  }

  pull(user: string, request: PullEntriesRequest): PullEntriesResponse {
    const log = this.#log(request.conversationId);
    const lastSeq = this.#visibleSeq(log, user);
    const from = Math.max(1, request.fromSeq);
    const to = request.toSeq === 0 ? lastSeq : Math.min(request.toSeq, log.entries.length);
    const range = log.entries.filter(({ seq }) => seq >= from && seq <= to);
    const wanted = range.filter(({ seq }) => log.members.sees(user, seq));
    const limit = Math.min(request.limit === 0 ? 100 : request.limit, this.maxPull);
    const entries = request.backwards ? wanted.slice(-limit) : wanted.slice(0, limit);
    return {
      entries,
      notVisible: runsOf(range.filter((entry) => !wanted.includes(entry)).map(({ seq }) => seq)),
      lastSeq,
      logEpoch: this.epoch,
      hasMore: entries.length < wanted.length,
    };
  }

  /** A pull of each range until the answer is full; the first one is always answered. */
  catchUp(user: string, { ranges }: CatchUpRequest): CatchUpResponse {
    const answers: CatchUpResponse['answers'] = [];
    let left = this.maxCatchUp;
    for (const { conversationId, fromSeq } of ranges) {
      if (left === 0) break;
      if (this.#logs.get(conversationId)?.members.has(user) !== true) {
        const nothing = { entries: [], notVisible: [], lastSeq: 0, hasMore: false };
        answers.push({ conversationId, ...nothing, notFound: true });
        continue;
      }
      const limit = Math.min(left, this.maxCatchUpEach);
      const range = { conversationId, fromSeq, toSeq: 0, limit, backwards: false };
      const { logEpoch: _epoch, ...answer } = this.pull(user, range);
      left -= answer.entries.length;
      answers.push({ conversationId, ...answer, notFound: false });
    }
    const hasMore = answers.length < ranges.length || answers.some((one) => one.hasMore);
    return { answers, hasMore, logEpoch: this.epoch };
  }

  /** A restore from backup: everything after `keep` entries per conversation is gone. */
  restoreBackup(keep: number): void {
    this.epoch += 1;
    for (const { entries } of this.#logs.values()) entries.length = Math.min(entries.length, keep);
  }

  /** What a message does to its members' rows; a change does nothing to them. */
  #said(log: Log, sender: string, { seq, ordinal, content }: Entry): void {
    log.members.wrote(sender, seq, ordinal);
    log.members.named(content?.mentions?.userIds ?? [], seq);
    if (content?.mentions?.all === true) log.mentionAllSeq = seq;
  }

  #describe(log: Log, user: string): Conversation {
    const { lastOrdinal } = headOf(log);
    const lastSeq = this.#visibleSeq(log, user);
    return {
      conversationId: log.id,
      kind: kindOf(log.id),
      name: log.name,
      lastSeq,
      lastOrdinal,
      lastEntry: this.#shown(log, user),
      activeMs: activeMs(log),
      member: this.member(log.id, user),
    };
  }

  /** Newest seq that the user may see. */
  #visibleSeq(log: Log, user: string): number {
    return Math.min(log.entries.length, this.member(log.id, user).leftSeq ?? Infinity);
  }

  #shown(log: Log, user: string): Entry | undefined {
    const { clearedSeq, joinedSeq, hiddenSeqs } = this.member(log.id, user);
    const shown = log.id.startsWith('s:') ? undefined : newestMessage(log);
    if (shown === undefined || shown.seq <= Math.max(clearedSeq, joinedSeq)) return undefined;
    return hiddenSeqs.includes(shown.seq) ? undefined : shown;
  }

  #log(id: string): Log {
    const log = this.#logs.get(id);
    if (log === undefined) throw new DomainError('NOT_FOUND', 'no such conversation');
    return log;
  }
}

/** Ascending seqs as ranges. */
function runsOf(seqs: readonly number[]): SeqRange[] {
  const runs: SeqRange[] = [];
  for (const seq of seqs) {
    const last = runs.at(-1);
    if (last !== undefined && last.toSeq === seq - 1) last.toSeq = seq;
    else runs.push({ fromSeq: seq, toSeq: seq });
  }
  return runs;
}

function kindOf(id: string): Conversation_Kind {
  if (id.startsWith('s:')) return Conversation_Kind.SELF;
  return id.startsWith('d:') ? Conversation_Kind.DIRECT : Conversation_Kind.GROUP;
}

function headOf({ entries, mentionAllSeq }: Log): FakeHead {
  return { lastSeq: entries.length, lastOrdinal: entries.at(-1)?.ordinal ?? 0, mentionAllSeq };
}

function stored({ entries }: Log, sender: string, clientMsgId: string): Entry | undefined {
  return entries.find((one) => one.clientMsgId === clientMsgId && one.sender?.id === sender);
}

function newestMessage({ entries, changes }: Log): Entry | undefined {
  return entries.filter(({ seq }) => !changes.has(seq)).at(-1);
}

/** Changes leave a conversation in its place. */
function activeMs(log: Log): number {
  return newestMessage(log)?.createdMs ?? 0;
}

function changeCount(log: Log, user: string): number {
  return log.entries.length + log.members.rev(user);
}

function decode(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
