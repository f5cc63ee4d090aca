import { directConversationId, parseUserId } from '@queqiao/domain';
import { Content, GroupServiceDefinition, type Entry, type User } from '@queqiao/protocol/client';
import type { LocalMessage, SendReceipt } from './actions/outbox.js';
import { randomId } from './actions/random-id.js';
import type { ClientEvents, ClientOptions, ClientStats } from './client-options.js';
import { sleep } from './clock.js';
import type { ConnectionState } from './connection/state.js';
import type { Caller } from './connection/typed-call.js';
import { Engine } from './engine.js';
import { asQueqiaoError } from './errors.js';
import type { ConversationView } from './replica/conversation.js';

/** Attempts of a call that the client repeats by itself under one request id. */
const GROUP_ATTEMPTS = 5;

/**
 * One device of one user. Events and the methods that only look are synchronous and never throw for reasons of the network;
 * promises reject with a QueqiaoError and nothing else.
 */
export class QueqiaoClient {
  readonly #engine: Engine;
  #running = false;
  /** Raised by every start and stop: a start whose store was still being read gives way to the next one. */
  #run = 0;

  /** Calls one method of a generated service, waiting for a connection if need be until the time-out. */
  readonly call: Caller;

  constructor(options: ClientOptions) {
    this.#engine = new Engine(options);
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

  /** Conversations, most recently active first. */
  conversations(): ConversationView[] {
    return this.#engine.replica.list();
  }

  conversation(conversationId: string): ConversationView | undefined {
    return this.#engine.replica.view(conversationId);
  }

  /** Messages above the read cursors, over all conversations. */
  totalUnread(): number {
    return this.#engine.replica.list().reduce((sum, { unread }) => sum + unread, 0);
  }

  /** What is in memory of a conversation: ascending, without a gap except for what the user may not see. */
  entries(conversationId: string): readonly Entry[] {
    return this.#engine.replica.get(conversationId)?.entries ?? [];
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
    return this.send(conversationId, Content.create({ body: { $case: 'text', value: { text } } }));
  }

  /**
   * Puts a message into the outbox, from where it is sent and resent until the server has answered definitively, in order
   * within its conversation. Resolves when it is durably stored; rejects when it was refused (it stays, `failed`) or when
   * the client is stopped or signed out first (it stays, `pending`). Not catching is fine: the `outbox` event tells too.
   */
  send(conversationId: string, content: Content, clientMsgId = randomId()): Promise<SendReceipt> {
    return this.#engine.outbox.add(conversationId, clientMsgId, content);
  }

  /** Messages written here whose entries were not surfaced yet, in the order of writing. */
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
    return this.#engine.readMarks.mark(state, seq);
  }

  /** Creates a group with the caller and these members; resolves with its conversation id. */
  async createGroup(name: string, memberIds: readonly string[], groupId = ''): Promise<string> {
    const request = { clientRequestId: randomId(), name, memberIds: [...memberIds], groupId };
    const backoff = this.#engine.newBackoff();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.call(GroupServiceDefinition, 'createGroup', request);
        this.#engine.syncer.request();
        return answer.conversationId;
      } catch (failure) {
        const error = asQueqiaoError(failure);
        if (!error.retryable || attempt >= GROUP_ATTEMPTS || !this.#running) throw error;
        await sleep(this.#engine.clock, Math.max(error.retryAfterMs, backoff.next()));
      }
    }
  }

  /** Profiles by user id, from a small cache; users that do not exist are left out. */
  getUsers(userIds: readonly string[]): Promise<Map<string, User>> {
    return this.#engine.users.get(userIds);
  }

  /** How full the client's bounded places are. */
  stats(): ClientStats {
    return this.#engine.stats();
  }
}

/** A client that is not connected yet: add listeners, then `start()`. */
export function createClient(options: ClientOptions): QueqiaoClient {
  return new QueqiaoClient(options);
}
