import type {
  Content,
  Conversation,
  Entry,
  MemberState,
  PullEntriesResponse,
  SeqRange,
} from '@queqiao/protocol/client';
import type { Limits } from '../limits.js';
import type { EntrySource } from './conversation-log.js';
import { byListOrder, type ConversationView } from './conversation-view.js';
import { ConversationState } from './conversation.js';
import type { Absorbed } from './entry-window.js';
import type { MemberOperation } from './member-operation.js';
import { messageViews, type MessageView } from './message-view.js';
import { startOver, type Persistence } from './persistence.js';
import type { ReplicaSnapshot } from './replica-store.js';
import type { Unheard } from './unheard.js';

export interface ReplicaHandlers {
  /** Strictly in seq order within a conversation, each once. Not `visible`: the user has hidden it. */
  onEntry(entry: Entry, source: EntrySource, visible: boolean): void;
  onConversation(view: ConversationView): void;
  /** Everything up to `high` was surfaced, or will never be: the user may not see it. */
  onProgress(conversationId: string, high: number): void;
  /** Something was done to messages that were surfaced or loaded before. */
  onMessages(conversationId: string, seqs: readonly number[]): void;
  /** A member state with a higher rev than the one before. `wasIn` undefined: nothing was known of the conversation. */
  onMember(member: MemberState, wasIn: boolean | undefined): void;
  /** Everything known is void: another log epoch or another user. */
  onReset(logEpoch: number): void;
}

/** What the user does here that the server has not answered: shown as done. */
export interface PendingWork {
  operations(conversationId: string): readonly MemberOperation[];
  changes(conversationId: string): readonly Content[];
}

/** Part of a log: ascending, with what may not be seen of it, and the newest seq of the whole. */
export interface PulledRange {
  readonly entries: readonly Entry[];
  readonly notVisible: readonly SeqRange[];
  readonly lastSeq: number;
}

/** What a device knows of its user's conversations. Pure bookkeeping: it calls nobody but its handlers and the store. */
export class Replica {
  #userId = '';
  #logEpoch = 0;
  #cursor: Uint8Array = new Uint8Array();
  #version = 0;
  #conversations = new Map<string, ConversationState>();

  constructor(
    private readonly options: { limits: Limits; fullHistory: boolean },
    private readonly persistence: Persistence,
    private readonly handlers: ReplicaHandlers,
    private readonly pending: PendingWork,
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

  /** Takes what is stored in place of what is known. */
  restore(snapshot: ReplicaSnapshot): void {
    this.#forget();
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

  /** Forgets everything, to be pulled again for the same user. */
  discard(): void {
    const { userId, logEpoch } = { userId: this.#userId, logEpoch: this.#logEpoch };
    this.#logEpoch = 0;
    this.belongTo(userId, logEpoch);
  }

  /** Tells listeners of everything that is known, as after a restore. */
  announce(): void {
    for (const view of this.list(true)) this.handlers.onConversation(view);
  }

  /** Discards everything unless it belongs to this user and log epoch. */
  belongTo(userId: string, logEpoch: number): void {
    if (userId === this.#userId && logEpoch === this.#logEpoch) return;
    const fresh = this.#userId === '';
    const keepSends = fresh || userId === this.#userId;
    this.#forget();
    this.#userId = userId;
    this.#logEpoch = logEpoch;
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
    return state?.log.anchored === true ? this.#view(state) : undefined;
  }

  /** Pinned ones first, then the most recently active; those that the user has hidden only if asked for. */
  list(withHidden = false): ConversationView[] {
    const states = [...this.#conversations.values()].filter(({ log }) => log.anchored);
    const views = states.map((state) => this.#view(state));
    return views.filter(({ hidden }) => withHidden || !hidden).sort(byListOrder);
  }

  /** The loaded part of a log: ascending, as it is by now, without what the user may not see. */
  entries(id: string): readonly Entry[] {
    const state = this.#conversations.get(id);
    if (state === undefined) return [];
    const visible = state.visibility(this.pending.operations(id));
    return state.window.entries.filter(({ seq }) => visible(seq));
  }

  /** The loaded messages and events, as a conversation shows them. */
  messages(id: string): MessageView[] {
    const state = this.#conversations.get(id);
    if (state === undefined) return [];
    const visible = state.visibility(this.pending.operations(id));
    const shown = state.window.messages().filter(({ seq }) => visible(seq));
    return messageViews(shown, state.window.changes, this.pending.changes(id), this.#userId);
  }

  message(id: string, seq: number): MessageView | undefined {
    return this.messages(id).find((view) => view.seq === seq);
  }

  /** Seqs of the pinned messages that may be seen, ascending. */
  pinned(id: string): number[] {
    const state = this.#conversations.get(id);
    if (state === undefined) return [];
    return state.window.changes.pinned.filter(state.visibility(this.pending.operations(id)));
  }

  /** What a sync answer says that this device was not told; undefined: nothing. */
  unheard(conversation: Conversation): Unheard | undefined {
    return this.#ensure(conversation.conversationId).unheard(conversation);
  }

  applyConversation(conversation: Conversation): ConversationState {
    const state = this.#ensure(conversation.conversationId);
    const { member: before, isIn: wasIn } = state;
    state.describe(conversation, this.options.fullHistory);
    if (state.member !== undefined && state.member !== before) {
      this.handlers.onMember(state.member, wasIn);
    }
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

  /** An entry is known to be there, but not what it says: it is pulled. */
  expectEntry(id: string, seq: number): ConversationState {
    const state = this.#ensure(id);
    if (seq === 1) state.log.anchor(0);
    state.log.expect(seq);
    return state;
  }

  applyPull(state: ConversationState, answer: PulledRange): void {
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
    const { older, absorbed } = state.prepend(answer, toSeq);
    this.persistence.change((change) => change.entries.push(...older));
    this.#absorbed(state, absorbed, new Set(older.map(({ seq }) => seq)));
    this.touched(state);
    return older;
  }

  /** Also of an unknown conversation: the sync that describes it may have read an older one. */
  applyMember(member: MemberState): ConversationState {
    const state = this.#ensure(member.conversationId);
    const { isIn: wasIn } = state;
    if (!state.applyMember(member)) return state;
    this.handlers.onMember(member, wasIn);
    this.#settle(state);
    return state;
  }

  /** Tells listeners and the store that something of the conversation changed. */
  touched(state: ConversationState): void {
    if (!state.log.anchored || this.#conversations.get(state.id) !== state) return;
    this.persistence.change((change) => change.conversations.set(state.id, state.record()));
    this.handlers.onConversation(this.#view(state));
  }

  /** What is on its way to the server changed. */
  pendingChanged(id: string, seqs: readonly number[]): void {
    const state = this.#conversations.get(id);
    if (state === undefined) return;
    if (seqs.length > 0) this.handlers.onMessages(id, seqs);
    else if (state.log.anchored) this.handlers.onConversation(this.#view(state));
  }

  #view(state: ConversationState): ConversationView {
    return state.view(this.#userId, this.pending.operations(state.id));
  }

  #settle(state: ConversationState): void {
    this.#surface(state);
    this.handlers.onProgress(state.id, state.log.high);
    const gone = state.enforce();
    if (gone.length > 0) {
      const dropped = gone.map((seq) => ({ conversationId: state.id, seq }));
      this.persistence.change((change) => change.dropEntries.push(...dropped));
      this.handlers.onMessages(state.id, gone);
    }
    this.touched(state);
  }

  #surface(state: ConversationState): void {
    const { surfaced, absorbed } = state.surface(this.#userId);
    const fresh = new Set<number>();
    for (const { entry, source, visible } of surfaced) {
      fresh.add(entry.seq);
      if (visible) this.persistence.change((change) => change.entries.push(entry));
      this.handlers.onEntry(entry, source, visible);
    }
    this.#absorbed(state, absorbed, fresh);
  }

  /** Stores and tells what changes did to entries that were known before. */
  #absorbed(state: ConversationState, absorbed: Absorbed, fresh: ReadonlySet<number>): void {
    const rewritten = absorbed.rewritten.filter(({ seq }) => !fresh.has(seq));
    if (rewritten.length > 0) {
      this.persistence.change((change) => change.entries.push(...rewritten));
    }
    const targets = absorbed.targets.filter((seq) => !fresh.has(seq));
    if (targets.length > 0) this.handlers.onMessages(state.id, targets);
  }

  #forget(): void {
    this.#cursor = new Uint8Array();
    this.#version += 1;
    this.#conversations = new Map();
  }

  #ensure(id: string): ConversationState {
    const known = this.#conversations.get(id);
    if (known !== undefined) return known;
    const state = new ConversationState(id, this.options.limits);
    this.#conversations.set(id, state);
    return state;
  }
}
