import type {
  Conversation,
  Entry,
  MemberState,
  PullEntriesResponse,
} from '@queqiao/protocol/client';
import type { Limits } from '../limits.js';
import type { EntrySource } from './conversation-log.js';
import { ConversationState, type ConversationView } from './conversation.js';
import { startOver, type Persistence } from './persistence.js';
import type { ReplicaSnapshot } from './replica-store.js';

export interface ReplicaHandlers {
  /** Strictly in seq order within a conversation, each once. */
  onEntry(entry: Entry, source: EntrySource): void;
  onConversation(view: ConversationView): void;
  /** A member state with a higher rev than the one before. */
  onMember(member: MemberState): void;
  /** Everything known is void: another log epoch or another user. */
  onReset(logEpoch: number): void;
}

/** What a device knows of its user's conversations. Pure bookkeeping: it calls nobody but its handlers and the store. */
export class Replica {
  #userId = '';
  #logEpoch = 0;
  #cursor: Uint8Array = new Uint8Array();
  #version = 0;
  readonly #conversations = new Map<string, ConversationState>();

  constructor(
    private readonly options: { limits: Limits; fullHistory: boolean },
    private readonly persistence: Persistence,
    private readonly handlers: ReplicaHandlers,
  ) {}

  get userId(): string {
    return this.#userId;
  }
  get logEpoch(): number {
    return this.#logEpoch;
  }
  get cursor(): Uint8Array {
    return this.#cursor;
  }
  /** Raised whenever everything was discarded. */
  get version(): number {
    return this.#version;
  }
  get heldEntries(): number {
    return [...this.#conversations.values()].reduce((sum, { log }) => sum + log.heldCount, 0);
  }

  restore(snapshot: ReplicaSnapshot): void {
    this.#userId = snapshot.userId;
    this.#logEpoch = snapshot.logEpoch;
    this.#cursor = snapshot.cursor;
    const entries = new Map<string, Entry[]>();
    for (const { conversationId: id } of snapshot.conversations) entries.set(id, []);
    for (const entry of snapshot.entries) entries.get(entry.conversationId)?.push(entry);
    for (const record of snapshot.conversations) {
      const id = record.conversationId;
      this.#ensure(id).restore(record, entries.get(id) ?? []);
    }
  }

  /** Discards everything unless it belongs to this user and log epoch. */
  belongTo(userId: string, logEpoch: number): void {
    if (userId === this.#userId && logEpoch === this.#logEpoch) return;
    const fresh = this.#userId === '';
    const keepSends = fresh || userId === this.#userId;
    this.#userId = userId;
    this.#logEpoch = logEpoch;
    this.#cursor = new Uint8Array();
    this.#version += 1;
    this.#conversations.clear();
    this.persistence.change((change) => startOver(change, { userId, logEpoch, keepSends }));
    if (!fresh) this.handlers.onReset(logEpoch);
  }

  /** Only once everything that the cursor names has been surfaced. */
  storeCursor(cursor: Uint8Array): void {
    this.#cursor = cursor;
    this.persistence.change((change) => {
      change.cursor = cursor;
    });
  }

  get(id: string): ConversationState | undefined {
    return this.#conversations.get(id);
  }

  view(id: string): ConversationView | undefined {
    const state = this.#conversations.get(id);
    return state?.log.anchored === true ? state.view(this.#userId) : undefined;
  }

  /** Most recently active first. */
  list(): ConversationView[] {
    const states = [...this.#conversations.values()].filter(({ log }) => log.anchored);
    const views = states.map((state) => state.view(this.#userId));
    return views.sort(
      (a, b) => b.activeMs - a.activeMs || (a.conversationId < b.conversationId ? -1 : 1),
    );
  }

  applyConversation(conversation: Conversation): ConversationState {
    const state = this.#ensure(conversation.conversationId);
    const before = state.member;
    state.describe(conversation, this.options.fullHistory);
    if (state.member !== undefined && state.member !== before) this.handlers.onMember(state.member);
    this.#settle(state);
    return state;
  }

  applyEntry(entry: Entry, source: EntrySource): ConversationState {
    const state = this.#ensure(entry.conversationId);
    if (state.log.anchored && entry.seq <= state.log.high) return state;
    // The first entry of all is where every replica begins: no need to ask.
    if (entry.seq === 1) state.log.anchor(0);
    state.log.offer(entry, source);
    this.#settle(state);
    return state;
  }

  applyPull(state: ConversationState, answer: PullEntriesResponse): void {
    for (const range of answer.notVisible) state.log.skip(range);
    for (const entry of answer.entries) {
      // Answers are ascending: surfacing now keeps a page of any size from counting as held.
      state.log.offer(entry, 'pull');
      if (entry.seq === state.log.high + 1) this.#surface(state);
    }
    state.log.expect(answer.lastSeq);
    this.#settle(state);
  }

  applyOlder(state: ConversationState, answer: PullEntriesResponse, toSeq: number): Entry[] {
    const older = state.prepend(answer, toSeq);
    this.persistence.change((change) => change.entries.push(...older));
    this.touched(state);
    return older;
  }

  /** Also of an unknown conversation: the sync that describes it may have read an older one. */
  applyMember(member: MemberState): ConversationState {
    const state = this.#ensure(member.conversationId);
    if (!state.applyMember(member)) return state;
    this.handlers.onMember(member);
    this.touched(state);
    return state;
  }

  /** Tells listeners and the store that something of the conversation changed. */
  touched(state: ConversationState): void {
    if (!state.log.anchored || this.#conversations.get(state.id) !== state) return;
    this.persistence.change((change) => change.conversations.set(state.id, state.record()));
    this.handlers.onConversation(state.view(this.#userId));
  }

  #settle(state: ConversationState): void {
    this.#surface(state);
    this.touched(state);
  }

  #surface(state: ConversationState): void {
    for (const { entry, source } of state.surface(this.#userId)) {
      this.persistence.change((change) => change.entries.push(entry));
      this.handlers.onEntry(entry, source);
    }
  }

  #ensure(id: string): ConversationState {
    const known = this.#conversations.get(id);
    if (known !== undefined) return known;
    const state = new ConversationState(id, this.options.limits);
    this.#conversations.set(id, state);
    return state;
  }
}
