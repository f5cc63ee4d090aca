import {
  Conversation_Kind,
  Entry,
  MemberState,
  Sender_Kind,
  SyncConversationsResponse,
  type Content,
  type Conversation,
  type PullEntriesRequest,
  type PullEntriesResponse,
} from '@queqiao/protocol/client';

interface Log {
  readonly id: string;
  readonly name: string;
  readonly entries: Entry[];
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
    this.#logs.set(id, { id, name, entries: [], members: new Map(states) });
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
    this.#createdMs += 1;
    const entry = Entry.create({
      conversationId: id,
      seq,
      ordinal: seq,
      sender: { kind: Sender_Kind.USER, id: sender },
      clientMsgId,
      createdMs: this.#createdMs,
      content,
    });
    log.entries.push(entry);
    this.#move(log, sender, seq);
    return { entry, fresh: true };
  }

  markRead(id: string, user: string, seq: number): MemberState {
    this.#move(this.#log(id), user, seq);
    return this.member(id, user);
  }

  sync(user: string, cursor: Uint8Array): SyncConversationsResponse {
    const seen = cursor.length === 0 ? {} : (decode(cursor) as Record<string, number>);
    const changed = [...this.#logs.values()]
      .filter((log) => log.members.has(user) && seen[log.id] !== this.#change(log, user))
      .sort((a, b) => activeMs(b) - activeMs(a));
    const page = changed.slice(0, this.maxSync);
    const next = { ...seen };
    for (const log of page) next[log.id] = this.#change(log, user);
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
    const hiddenTo = Math.min(this.member(log.id, user).joinedSeq, to);
    const wanted = log.entries.filter(({ seq }) => seq >= from && seq <= to && seq > hiddenTo);
    const limit = Math.min(request.limit === 0 ? 100 : request.limit, this.maxPull);
    const entries = request.backwards ? wanted.slice(-limit) : wanted.slice(0, limit);
    return {
      entries,
      notVisible: hiddenTo >= from ? [{ fromSeq: from, toSeq: hiddenTo }] : [],
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
    log.members.set(user, { ...state, rev: state.rev + 1, readSeq: seq, readOrdinal: seq });
  }

  #change(log: Log, user: string): number {
    return log.entries.length + (log.members.get(user)?.rev ?? 0);
  }

  #describe(log: Log, user: string): Conversation {
    return {
      conversationId: log.id,
      kind: log.id.startsWith('d:') ? Conversation_Kind.DIRECT : Conversation_Kind.GROUP,
      name: log.name,
      lastSeq: log.entries.length,
      lastOrdinal: log.entries.length,
      lastEntry: log.entries.at(-1),
      activeMs: activeMs(log),
      member: this.member(log.id, user),
    };
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
