import { directConversationId, parseUserId } from '@queqiao/domain';
import type { ConversationView, QueqiaoClient } from '@queqiao/sdk';
import { initialState, type ChatState, type ConversationSummary } from '../state/chat-state.js';
import { viewFromAddress } from '../state/moments-state.js';
import { reduce, type ChatEvent } from '../state/reduce.js';
import { Store } from '../state/store.js';
import type { BackEnd } from './back-end.js';
import { Problem, type ChatActions } from './chat-actions.js';
import { told } from './group-deps.js';
import { GroupSession } from './group-session.js';
import { peopleIn, toConnection, toLine, toOutgoing, toSummary } from './mapper.js';
import { Nicknames } from './nicknames.js';
import type { MediaUpload } from './media-upload.js';
import { MomentsSession, type MomentsClient, type SeenMark } from './moments-session.js';
import { PeopleSession, type PeopleClient } from './people-session.js';
import type { PeopleChange } from '../state/people-state.js';

/** Entries fetched at a time when scrolling back. */
const OLDER_ENTRIES = 100;

/** The part of the client library that the page uses. */
export type ChatClient = Pick<
  QueqiaoClient,
  | 'on'
  | 'start'
  | 'stop'
  | 'nudge'
  | 'conversation'
  | 'messages'
  | 'loadOlder'
  | 'send'
  | 'sendText'
  | 'outbox'
  | 'retrySend'
  | 'discardSend'
  | 'markRead'
  | 'groups'
  | 'getUsers'
> &
  PeopleClient &
  MomentsClient;

/** Where the open conversation is kept, so that reloading and the browser's back button work. */
export interface AddressBar {
  get(): string | undefined;
  set(conversationId: string | undefined): void;
  /** Of the link into a group that the address holds. */
  joinToken?(): string | undefined;
}

export interface ChatSessionDeps {
  readonly client: ChatClient;
  readonly backEnd: Pick<BackEnd, 'resolve'>;
  readonly media: Pick<MediaUpload, 'image' | 'video'>;
  readonly seenPosts: SeenMark;
  readonly address: AddressBar;
  readonly now: () => number;
  readonly onSignOut: () => void;
}

/** One signed-in person: turns the client library's events into the page's state, and the page's actions into calls. */
export class ChatSession implements ChatActions {
  readonly store: Store<ChatState, ChatEvent>;
  readonly people: PeopleSession;
  readonly #deps: ChatSessionDeps;
  readonly groups: GroupSession;
  readonly moments: MomentsSession;
  readonly #nicknames: Nicknames;
  readonly #views = new Map<string, ConversationView>();
  /** Messages of the open conversation that arrived or changed. */
  readonly #seqs = new Set<number>();
  #flushing = false;

  constructor(deps: ChatSessionDeps, meId: string) {
    this.#deps = deps;
    this.store = new Store(initialState(meId), reduce);
    this.#nicknames = new Nicknames(
      (ids) => deps.client.getUsers(ids),
      (nicknames) => this.store.dispatch({ type: 'nicknames', nicknames }),
    );
    this.people = new PeopleSession({
      client: deps.client,
      tell: (change) => this.#tellPeople(change),
      onPeople: (ids) => this.#wantPeople(ids),
    });
    this.groups = new GroupSession({
      client: deps.client,
      meId,
      state: () => this.store.value.groups,
      change: (change) => this.store.dispatch({ type: 'groups', change }),
      open: (conversationId) => this.open(conversationId),
      existing: (names) => this.#existing(names),
      want: (userIds) => this.#wantPeople(userIds),
      now: deps.now,
    });
    this.moments = new MomentsSession({
      client: deps.client,
      media: deps.media,
      meId,
      state: () => this.store.value.moments,
      change: (change) => this.store.dispatch({ type: 'moments', change }),
      open: (address) => this.open(address),
      want: (userIds) => this.#wantPeople(userIds),
      seen: deps.seenPosts,
    });
  }

  start(): void {
    const { client } = this.#deps;
    client.on('state', (state) => {
      const connection = toConnection(state, this.#deps.now());
      this.store.dispatch({ type: 'connection', connection });
      // Names are not kept: whoever was shown without one is asked for now.
      if (connection.kind !== 'online') return;
      this.#wantPeople(this.#everybody());
      this.people.online();
    });
    client.on('conversation', (view) => {
      this.#views.set(view.conversationId, view);
      this.#flushSoon();
    });
    client.on('entry', ({ entry }) => {
      this.#shownSoon(entry.conversationId, [entry.seq]);
    });
    client.on('messages', ({ conversationId, seqs }) => this.#shownSoon(conversationId, seqs));
    client.on('outbox', () => this.#flushSoon());
    this.groups.start();
    client.on('reset', () => {
      this.#views.clear();
      this.#seqs.clear();
      this.store.dispatch({ type: 'reset' });
    });
    this.people.start();
    this.moments.start();
    this.followAddress();
    client.start();
  }

  stop(): void {
    this.#deps.client.stop();
  }

  /** The person went back, or typed another conversation into the address. */
  followAddress(): void {
    const address = this.#deps.address.get();
    const view = viewFromAddress(address);
    const conversationId = view === undefined ? address : undefined;
    this.moments.opened(view);
    this.store.dispatch({ type: 'opened', conversationId });
    this.groups.opened(conversationId);
    const token = this.#deps.address.joinToken?.();
    if (token !== undefined) this.groups.offered(token);
    this.#seqs.clear();
    if (conversationId === undefined) return;
    this.#showLines(conversationId);
    this.people.watch(peersOf(conversationId).filter((id) => id !== this.#meId));
  }

  /** The browser found a network, or the page is looked at again. */
  nudge(): void {
    this.#deps.client.nudge();
    this.moments.look();
  }

  open(conversationId: string | undefined): void {
    this.#deps.address.set(conversationId);
    this.followAddress();
  }

  send(conversationId: string, text: string): void {
    // How it ends is told by the outbox.
    void this.#deps.client.sendText(conversationId, text).catch(() => undefined);
    this.#showOutgoing();
  }

  retry(conversationId: string, clientMsgId: string): void {
    void this.#deps.client.retrySend(conversationId, clientMsgId).catch(() => undefined);
    this.#showOutgoing();
  }

  discard(conversationId: string, clientMsgId: string): void {
    this.#deps.client.discardSend(conversationId, clientMsgId);
    this.#showOutgoing();
  }

  async loadOlder(conversationId: string): Promise<boolean> {
    try {
      await this.#deps.client.loadOlder(conversationId, OLDER_ENTRIES);
    } catch {
      return false;
    }
    this.#showLines(conversationId);
    return true;
  }

  markRead(conversationId: string): void {
    void this.#deps.client.markRead(conversationId).catch(() => undefined);
  }

  async startChat(name: string): Promise<void> {
    const [userId = ''] = await this.#existing([name]);
    this.openChat(userId);
  }

  openChat(userId: string): void {
    this.open(directConversationId(parseUserId(this.#meId), parseUserId(userId)));
  }

  async createGroup(name: string, memberNames: readonly string[]): Promise<void> {
    const memberIds = (await this.#existing(memberNames)).filter((id) => id !== this.#meId);
    if (memberIds.length === 0) throw new Problem('needsMembers');
    const { groups } = this.#deps.client;
    const { conversationId } = await told(groups.create({ name, memberIds }));
    this.open(conversationId);
  }

  useHere(): void {
    this.#deps.client.start();
  }

  signOut(): void {
    this.stop();
    this.#deps.onSignOut();
  }

  get #meId(): string {
    return this.store.value.meId;
  }

  /** Ids of people by name. Throws Problem when there is nobody of a name. */
  async #existing(names: readonly string[]): Promise<string[]> {
    const users = await this.#deps.backEnd.resolve(names);
    const found = await this.#deps.client
      .getUsers(users.map(({ userId }) => userId))
      .catch(() => undefined);
    if (!found) throw new Problem('unreachable');
    const missing = users.find(({ userId }) => !found.has(userId));
    if (missing) throw new Problem('nobody', missing.name);
    return users.map(({ userId }) => userId);
  }

  /** Events of one turn are drawn together: a sync brings hundreds. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const { openId } = this.store.value;
    const conversations = [...this.#views.values()].map(toSummary);
    this.#views.clear();
    const changed = new Set(this.#seqs);
    this.#seqs.clear();
    if (conversations.length > 0) this.store.dispatch({ type: 'conversations', conversations });
    if (openId !== undefined) {
      // What the device has kept comes without a word about each line.
      const begins = this.store.value.log.lines.length === 0;
      this.#showLines(openId, begins ? undefined : changed);
    }
    this.#showOutgoing();
    this.#wantPeople(conversations.flatMap(peopleOf));
  }

  #everybody(): string[] {
    const { conversations, log } = this.store.value;
    return [
      this.#meId,
      ...[...conversations.values()].flatMap(peopleOf),
      ...log.lines.flatMap(peopleIn),
    ];
  }

  #shownSoon(conversationId: string, seqs: readonly number[]): void {
    if (conversationId === this.store.value.openId) for (const seq of seqs) this.#seqs.add(seq);
    this.#flushSoon();
  }

  /** All lines, or those that changed; what is no longer there is taken away. */
  #showLines(conversationId: string, changed?: ReadonlySet<number>): void {
    const messages = this.#deps.client.messages(conversationId);
    const lines = messages.filter(({ seq }) => changed?.has(seq) ?? true).map(toLine);
    const there = new Set(lines.map(({ seq }) => seq));
    const gone = [...(changed ?? [])].filter((seq) => !there.has(seq));
    if (gone.length > 0) this.store.dispatch({ type: 'gone', conversationId, seqs: gone });
    this.#dispatchLines(conversationId, lines);
    this.#wantPeople(peersOf(conversationId));
  }

  #dispatchLines(conversationId: string, lines: ReturnType<typeof toLine>[]): void {
    const view = this.#deps.client.conversation(conversationId);
    // One that does not exist yet has nothing older; before the first sync nobody knows.
    const complete = view ? !view.hasOlder : this.store.value.synced;
    this.store.dispatch({ type: 'lines', conversationId, lines, complete });
    this.#wantPeople(lines.flatMap(peopleIn));
  }

  #showOutgoing(): void {
    const messages = this.#deps.client.outbox().flatMap((one) => toOutgoing(one) ?? []);
    if (messages.length === 0 && this.store.value.outgoing.length === 0) return;
    this.store.dispatch({ type: 'outgoing', messages });
  }

  #tellPeople(change: PeopleChange): void {
    this.store.dispatch({ type: 'people', change });
    // Names that come with it need not be asked for.
    const named =
      change.kind === 'profile'
        ? [{ userId: this.#meId, nickname: change.profile.nickname }]
        : change.kind === 'found'
          ? (change.found?.people ?? [])
          : [];
    if (named.length === 0) return;
    const nicknames = new Map(named.map(({ userId, nickname }) => [userId, nickname]));
    this.store.dispatch({ type: 'nicknames', nicknames });
  }

  #wantPeople(userIds: readonly string[]): void {
    this.#nicknames.want(userIds);
  }
}

function peopleOf({ id, last }: ConversationSummary): string[] {
  return [...peersOf(id), ...peopleIn(last)];
}

function peersOf(conversationId: string): string[] {
  const [kind, ...ids] = conversationId.split(':');
  return kind === 'd' ? ids : [];
}
