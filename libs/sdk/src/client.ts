import { directConversationId, parseUserId } from '@queqiao/domain';
import {
  DeviceServiceDefinition,
  type Content,
  type DeviceRecord,
  type Entry,
  type User,
} from '@queqiao/protocol/client';
import type { LocalMessage, SendReceipt } from './actions/outbox.js';
import { randomId } from './actions/random-id.js';
import type { ClientEvents, ClientOptions, ClientStats } from './client-options.js';
import type { ConnectionState } from './connection/state.js';
import type { Caller } from './connection/typed-call.js';
import { Engine } from './engine.js';
import { contents } from './contents.js';
import { groupsOf } from './groups/group-feed.js';
import type { Groups } from './groups/groups.js';
import { MessageActions, type Readers, type SendOptions } from './message-actions.js';
import { Friends } from './friends/friends.js';
import { followMoments } from './moments/moment-events.js';
import { Moments } from './moments/moments.js';
import { PresenceWatch } from './presence/presence.js';
import type { ConversationView } from './replica/conversation-view.js';
import type { SettingsPatch } from './replica/member-operation.js';
import type { MessageView } from './replica/message-view.js';
import { followSelfFeed } from './users/self-feed.js';
import { Users } from './users/users.js';

/**
 * One device of one user. Events and the methods that only look are synchronous and never throw for reasons of the network;
 * promises reject with a QueqiaoError and nothing else.
 */
export class QueqiaoClient {
  readonly #engine: Engine;
  readonly #messages: MessageActions;
  #running = false;
  /** Raised by every start and stop: a start whose store was still being read gives way to the next one. */
  #run = 0;

  readonly groups: Groups;
  /** Calls one method of a generated service, waiting for a connection if need be until the time-out. */
  readonly call: Caller;
  readonly users: Users;
  readonly friends: Friends;
  readonly presence: PresenceWatch;
  readonly moments: Moments;

  constructor(options: ClientOptions) {
    this.#engine = new Engine(options);
    this.users = new Users(this.#engine);
    this.friends = new Friends(this.#engine);
    this.presence = new PresenceWatch(this.#engine);
    followSelfFeed(this.#engine);
    this.#messages = new MessageActions(this.#engine);
    this.groups = groupsOf(this.#engine);
    followMoments(this.#engine);
    this.moments = new Moments(this.#engine);
    this.call = this.#engine.call;
  }

  get state(): ConnectionState {
    return this.#engine.connection.state;
  }

  /** The signed-in user; empty before the first sign-in. */
  get userId(): string {
    return this.#engine.replica.userId;
  }

  /** Adds a listener; returns the function that removes it. */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (event: ClientEvents[Name]) => void,
  ): () => void {
    return this.#engine.events.on(name, listener);
  }

  /** Connects and stays connected. Watch the `state` event: nothing is thrown. */
  start(): void {
    if (this.#running && this.state.name !== 'signed-out') return;
    this.#running = true;
    this.#run += 1;
    const run = this.#run;
    void this.#engine.load().then(() => {
      if (this.#run === run) this.#engine.connection.start();
    });
  }

  /** Disconnects. What waits is rejected; messages that were not sent stay in the outbox for the next start. */
  stop(): void {
    this.#running = false;
    this.#run += 1;
    this.#engine.connection.stop();
    this.#engine.abandon();
  }

  /** The device woke up or found a network: connect now, or check that the server is still there. */
  nudge(): void {
    this.#engine.connection.nudge();
  }

  /** Conversations, pinned ones first, then the most recently active; `hidden` adds those that the user has hidden. */
  conversations(options: { readonly hidden?: boolean } = {}): ConversationView[] {
    return this.#engine.replica.list(options.hidden ?? false);
  }

  conversation(conversationId: string): ConversationView | undefined {
    return this.#engine.replica.view(conversationId);
  }

  /** Messages above the read cursors, over all conversations that are not muted. */
  totalUnread(): number {
    return this.#unread(false);
  }

  /** The same over the muted ones. */
  totalUnreadMuted(): number {
    return this.#unread(true);
  }

  /**
   * What is in memory of a conversation's log: ascending, without a gap except for what the user may not see, each entry as
   * it is by now. Changes of messages are entries too; `messages` is what people see.
   */
  entries(conversationId: string): readonly Entry[] {
    return this.#engine.replica.entries(conversationId);
  }

  /** The messages and events in memory of a conversation, ascending, with all that was done to them. */
  messages(conversationId: string): readonly MessageView[] {
    return this.#engine.replica.messages(conversationId);
  }

  message(conversationId: string, seq: number): MessageView | undefined {
    return this.#engine.replica.message(conversationId, seq);
  }

  /**
   * Seqs of the messages pinned for everyone, as far as the loaded part of the log tells; ascending, without those that the
   * user has cleared or deleted.
   */
  pinnedMessages(conversationId: string): readonly number[] {
    return this.#engine.replica.pinned(conversationId);
  }

  /**
   * Fetches up to `limit` (1 to 500) entries before those in `entries` and puts them there too; resolves with them,
   * ascending. Empty: there is nothing older.
   */
  async loadOlder(conversationId: string, limit = 50): Promise<readonly Entry[]> {
    const state = this.#engine.replica.get(conversationId);
    if (state?.log.anchored !== true) return [];
    return this.#engine.puller.loadOlder(state, limit);
  }

  /** The id of the direct chat with a user; it exists from the first message. Throws for a malformed user id. */
  directConversation(userId: string): string {
    return directConversationId(parseUserId(this.userId), parseUserId(userId));
  }

  /** Sends a text; see `send`. */
  sendText(conversationId: string, text: string): Promise<SendReceipt> {
    return this.send(conversationId, contents.text(text));
  }

  /**
   * Puts a message into the outbox, from where it is sent and resent until the server has answered definitively, in order
   * within its conversation. Resolves when it is durably stored; rejects when it was refused (it stays, `failed`) or when
   * the client is stopped or signed out first (it stays, `pending`). Not catching is fine: the `outbox` event tells too.
   */
  send(conversationId: string, content: Content, options?: SendOptions): Promise<SendReceipt> {
    return this.#messages.send(conversationId, content, options);
  }

  /** Takes a message back; a group's owner and admins may take back any. Sent and resent in order, like messages. */
  recall(conversationId: string, seq: number): Promise<SendReceipt> {
    return this.#messages.recall(conversationId, seq);
  }

  /**
   * Gives an own message new content of the same kind. Shown at once. Whom the new content mentions is shown with it, and
   * nobody is told: an edit mentions nobody anew, and takes no mention back.
   */
  edit(conversationId: string, seq: number, content: Content): Promise<SendReceipt> {
    return this.#messages.edit(conversationId, seq, content);
  }

  /** Deletes up to 100 messages for everyone. */
  deleteForAll(conversationId: string, seqs: readonly number[]): Promise<SendReceipt> {
    return this.#messages.deleteForAll(conversationId, seqs);
  }

  /** Adds a reaction, or takes the own one away again. Shown at once. */
  react(id: string, seq: number, emoji: string, removed = false): Promise<SendReceipt> {
    return this.#messages.react(id, seq, emoji, removed);
  }

  /** Pins a message for everyone in the conversation, or unpins it. Shown at once. */
  pin(conversationId: string, seq: number, removed = false): Promise<SendReceipt> {
    return this.#messages.pin(conversationId, seq, removed);
  }

  /** Hides up to 500 messages from this user, on all devices. Shown at once; repeated until answered. */
  deleteForMe(conversationId: string, seqs: readonly number[]): Promise<void> {
    return this.#engine.operations.add(conversationId, { kind: 'hide', seqs: [...seqs] });
  }

  /**
   * Hides everything up to `throughSeq` (left out: the newest entry that this device knows of) from this user, and marks it
   * read. Shown at once. What comes before the server hears of it stays.
   */
  clearHistory(conversationId: string, throughSeq = this.#newest(conversationId)): Promise<void> {
    return this.#engine.operations.add(conversationId, { kind: 'clear', throughSeq });
  }

  /** Changes the user's own settings of a conversation; what is left out stays. Shown at once, on all the user's devices. */
  updateSettings(conversationId: string, patch: SettingsPatch): Promise<void> {
    const throughSeq = this.#newest(conversationId);
    const operation = { kind: 'settings', patch, throughSeq, requestId: randomId() } as const;
    return this.#engine.operations.add(conversationId, operation);
  }

  /** Sends a message to the devices that are online now; nothing is stored, and nothing is repeated. */
  sendTransient(conversationId: string, content: Content): Promise<void> {
    return this.#messages.sendTransient(conversationId, content);
  }

  /** Sends a signal, of 1 to 64 bytes of name and at most 1,024 of data, to the devices that are online now. */
  signal(conversationId: string, name: string, data = new Uint8Array()): Promise<void> {
    return this.#messages.signal(conversationId, name, data);
  }

  /** Tells the others that the user types. Call it with every key: it is sent every few seconds only, and never fails. */
  typing(conversationId: string): void {
    this.#messages.typing(conversationId);
  }

  /** Who of a conversation has read an own message, or with `unread` who has not; by pages of `limit` (100). */
  listReaders(
    conversationId: string,
    seq: number,
    options: { unread?: boolean; pageToken?: string; limit?: number } = {},
  ): Promise<Readers> {
    return this.#messages.listReaders(conversationId, seq, options);
  }

  /** The devices that the user has signed in with, newest first. */
  async listDevices(): Promise<readonly DeviceRecord[]> {
    return (await this.call(DeviceServiceDefinition, 'listDevices', {})).devices;
  }

  /** Signs one of the user's devices out. When that is this one, the state is `signed-out` a moment after it has resolved. */
  async signOutDevice(deviceId: string): Promise<void> {
    await this.call(DeviceServiceDefinition, 'signOutDevice', {
      deviceId,
      clientRequestId: randomId(),
    });
  }

  /** Messages and changes made here whose entries were not surfaced yet, in the order of writing. */
  outbox(conversationId?: string): LocalMessage[] {
    return this.#engine.outbox.list(conversationId);
  }

  /** Sends a failed message again under its id. */
  retrySend(conversationId: string, clientMsgId: string): Promise<SendReceipt> {
    return this.#engine.outbox.retry(conversationId, clientMsgId);
  }

  /** Forgets a failed message; false when there is none. */
  discardSend(conversationId: string, clientMsgId: string): boolean {
    return this.#engine.outbox.discard(conversationId, clientMsgId);
  }

  /**
   * Moves the read cursor forward to `seq` (left out: the newest surfaced entry): here at once, on the server until it has
   * answered. Resolves when the server has it. Not catching is fine.
   */
  markRead(conversationId: string, seq?: number): Promise<void> {
    const state = this.#engine.replica.get(conversationId);
    if (state?.log.anchored !== true) return Promise.resolve();
    const { operations } = this.#engine;
    const going = operations.of(conversationId);
    const { readSeq, settings } = state.effective(going);
    const wanted = Math.min(seq ?? state.log.high, state.log.target);
    const waiting = going.some(({ kind }) => kind === 'read');
    const owed = state.owesMark(wanted, this.userId);
    const news = wanted > readSeq || settings.markedUnread || waiting || owed;
    if (wanted < 1 || !news) return Promise.resolve();
    return operations.add(conversationId, { kind: 'read', seq: wanted });
  }

  /** Profiles by user id, from a small cache; users that do not exist are left out. */
  getUsers(userIds: readonly string[]): Promise<Map<string, User>> {
    return this.#engine.users.get(userIds);
  }

  #newest(conversationId: string): number {
    return this.#engine.replica.get(conversationId)?.log.target ?? 0;
  }

  #unread(muted: boolean): number {
    const views = this.#engine.replica.list(true).filter((view) => view.muted === muted);
    return views.reduce((sum, { unread }) => sum + unread, 0);
  }

  /** How full the client's bounded places are. */
  stats(): ClientStats {
    const listedFriends = this.friends.list().length;
    const people = { listedFriends, watchedUsers: this.presence.size };
    const shown = { ...this.groups.stats(), ...this.moments.stats() };
    return { ...this.#engine.stats(), ...people, ...shown };
  }
}

/** A client that is not connected yet: add listeners, then `start()`. */
export function createClient(options: ClientOptions): QueqiaoClient {
  return new QueqiaoClient(options);
}
