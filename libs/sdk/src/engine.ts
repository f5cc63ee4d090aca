import { type Connected, type Entry, type Item } from '@queqiao/protocol/client';
import { Acks } from './actions/acks.js';
import { MemberOperations } from './actions/member-operations.js';
import { Outbox } from './actions/outbox.js';
import { Puller } from './actions/puller.js';
import { RepeatedCalls, type Changer } from './actions/repeated-call.js';
import { SelfCheck } from './actions/self-check.js';
import { SessionTurn } from './actions/session-turn.js';
import { Syncer } from './actions/syncer.js';
import { UserCache } from './actions/user-cache.js';
import { Backoff, DEFAULT_BACKOFF } from './backoff.js';
import type { ClientOptions, ClientStats, EngineEvents } from './client-options.js';
import { systemClock, type Clock } from './clock.js';
import { CallTable } from './connection/call-table.js';
import { Connection } from './connection/connection.js';
import { clockGeneration } from './connection/generation.js';
import type { ConnectionState } from './connection/state.js';
import { TokenSource } from './connection/token-source.js';
import { createCaller, type Caller } from './connection/typed-call.js';
import { openPlatformSocket } from './connection/web-socket.js';
import { Emitter } from './emitter.js';
import { tellMembership } from './groups/group-events.js';
import type { GroupStats } from './groups/groups.js';
import type { MomentStats } from './moments/moments.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { silentLogger, type Logger } from './logger.js';
import type { EntrySource } from './replica/conversation-log.js';
import { isFrom, type ConversationState } from './replica/conversation.js';
import { Persistence } from './replica/persistence.js';
import { Replica, type ReplicaHandlers } from './replica/replica.js';

/** The parts of a client and what they tell each other. It offers nothing to applications: `QueqiaoClient` does. */
export class Engine {
  readonly connection: Connection;
  readonly replica: Replica;
  readonly puller: Puller;
  readonly syncer: Syncer;
  readonly outbox: Outbox;
  readonly operations: MemberOperations;
  readonly users: UserCache;
  readonly events: Emitter<EngineEvents>;
  readonly call: Caller;
  /** As `call`, for what changes something: repeated under one request id. */
  readonly change: Changer;
  /** The same without an id, for what may be said any number of times. */
  readonly repeat: Caller;
  readonly clock: Clock;
  readonly newBackoff: () => Backoff;
  readonly #logger: Logger;
  readonly #limits: Limits;
  readonly #calls: CallTable;
  readonly #persistence: Persistence;
  readonly #repeated: RepeatedCalls;
  readonly #acks: Acks;
  readonly #selfCheck: SelfCheck;
  #turn = new SessionTurn();
  #loading: Promise<void> | undefined;

  constructor(options: ClientOptions) {
    const { clock = systemClock, logger = silentLogger, random = Math.random } = options;
    this.clock = clock;
    this.#logger = logger;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.newBackoff = () => new Backoff(options.backoff ?? DEFAULT_BACKOFF, random);
    this.events = new Emitter((error) =>
      logger.warn('a listener threw', { error: error instanceof Error ? error.stack : error }),
    );
    this.connection = this.#createConnection(options);
    this.#calls = new CallTable({
      clock,
      limits: this.#limits,
      write: (item) => this.connection.send(item),
    });
    this.call = createCaller(this.#calls, this.#limits.callTimeoutMs);
    this.#persistence = new Persistence(options.store, logger);
    this.replica = this.#createReplica(options.fullHistory ?? false);
    const shared = {
      replica: this.replica,
      call: this.call,
      clock,
      limits: this.#limits,
      logger,
      newBackoff: this.newBackoff,
      persistence: this.#persistence,
      onEpoch: (logEpoch: number) => this.#onEpoch(logEpoch),
    };
    this.#repeated = new RepeatedCalls(shared);
    this.change = this.#repeated.call;
    this.repeat = this.#repeated.repeat;
    this.puller = new Puller(shared);
    this.#selfCheck = new SelfCheck({
      ...shared,
      jitterMs: () => this.newBackoff().next(),
      sync: () => this.syncer.check(),
      onMissed: (missed) => this.events.emit('missed', missed),
    });
    this.syncer = new Syncer({
      ...shared,
      puller: this.puller,
      onCaughtUp: () => this.connection.caughtUp(),
      onUnheard: (unheard) => this.#selfCheck.found(unheard),
    });
    this.outbox = new Outbox({
      ...shared,
      userId: () => this.replica.userId,
      onChange: (message) => this.events.emit('outbox', message),
      onStored: (entry) => this.#place(entry, 'reply'),
      onExpected: (id, seq) => this.#expect(id, seq),
      onPendingChange: (id, seqs) => this.replica.pendingChanged(id, seqs),
    });
    this.operations = new MemberOperations(shared);
    const send = (item: Item): boolean => this.connection.send(item);
    this.#acks = new Acks({ clock, limits: this.#limits, send });
    this.#persistence.onSaved(({ conversations }) => this.#acks.stored(conversations.values()));
    this.users = new UserCache(shared);
  }

  /** The session that is, or was the last. */
  get turn(): SessionTurn {
    return this.#turn;
  }

  /** Reads the store, at first and after it failed; nothing may be shown or sent before. Never rejects. */
  load(): Promise<void> {
    if (this.#persistence.broken) this.#loading = undefined;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** What waits is told that it waits in vain. Messages and marks stay for the next session. */
  abandon(): void {
    this.#repeated.abandon();
    this.#calls.stop();
    this.outbox.abandon();
    this.operations.abandon();
    this.events.emit('abandoned', {});
  }

  /** Of what the engine holds. */
  stats(): Omit<ClientStats, 'listedFriends' | 'watchedUsers' | keyof (GroupStats & MomentStats)> {
    return {
      callsInFlight: this.#calls.inFlight,
      callsQueued: this.#calls.queued,
      outboxMessages: this.outbox.size,
      memberOperations: this.operations.size,
      repeatedCalls: this.#repeated.size,
      acksDue: this.#acks.size,
      pullsInFlight: this.puller.inFlight,
      heldEntries: this.replica.heldEntries,
      cachedUsers: this.users.size,
      selfChecks: this.#selfCheck.checks,
      missedEntries: this.#selfCheck.missedEntries,
      missedStates: this.#selfCheck.missedStates,
      limits: this.#limits,
    };
  }

  #createConnection(options: ClientOptions): Connection {
    const device = { brand: '', model: '', osVersion: '', appVersion: '', ...options.device };
    const deps = {
      clock: this.clock,
      limits: this.#limits,
      logger: this.#logger,
      tokens: new TokenSource(options.token, this.clock),
      generation: options.generation ?? clockGeneration(this.clock),
      backoff: this.newBackoff(),
      openSocket: options.webSocket ?? openPlatformSocket,
    };
    return new Connection(
      deps,
      { url: options.url, device },
      {
        onState: (state) => this.#onState(state),
        onSession: (connected) => this.#onSession(connected),
        onRefreshed: (connected) => this.#onRefreshed(connected),
        onItem: (item) => this.#onItem(item),
        onLost: () => this.#onLost(),
      },
    );
  }

  #createReplica(fullHistory: boolean): Replica {
    const handlers: ReplicaHandlers = {
      onEntry: (entry, source, visible) => {
        if (isFrom(entry, this.replica.userId)) this.outbox.surfaced(entry);
        if (visible) this.events.emit('entry', { entry, source });
      },
      onConversation: (view) => this.events.emit('conversation', view),
      onProgress: (id, high) => this.outbox.passed(id, high),
      onMessages: (conversationId, seqs) =>
        this.events.emit('messages', { conversationId, seqs: [...seqs] }),
      onMember: (member, wasIn) => {
        this.events.emit('member', member);
        const isFirstSync = this.replica.cursor.length === 0;
        tellMembership(this.events, member, wasIn, isFirstSync);
      },
      onReset: (logEpoch) => this.events.emit('reset', { logEpoch }),
    };
    return new Replica({ limits: this.#limits, fullHistory }, this.#persistence, handlers, {
      operations: (id) => this.operations.of(id),
      changes: (id) => this.outbox.changes(id),
    });
  }

  async #load(): Promise<void> {
    const again = this.replica.userId !== '';
    const snapshot = await this.#persistence.load();
    if (snapshot === undefined) {
      // A store that begins anew knows nothing of what is in memory: all of it is pulled again.
      if (again) this.#startStoreAnew();
      return;
    }
    const stranger = again && snapshot.userId !== this.replica.userId;
    this.replica.restore(snapshot);
    if (again) this.events.emit('reset', { logEpoch: snapshot.logEpoch });
    if (stranger) return;
    this.outbox.restore(snapshot.sends);
    this.operations.restore(snapshot.operations, again);
    this.outbox.persistAll();
    this.operations.persistAll();
    this.replica.announce();
    this.outbox.announce();
  }

  #startStoreAnew(): void {
    this.replica.discard();
    this.outbox.persistAll();
    this.operations.persistAll();
  }

  #onState(state: ConnectionState): void {
    if (state.name === 'signed-out') this.abandon();
    this.events.emit('state', state);
  }

  #onSession(connected: Connected): void {
    this.#turn = new SessionTurn();
    this.#adopt(connected.userId, connected.logEpoch);
    this.#calls.open();
    this.puller.begin(this.#turn);
    this.events.emit('session', connected);
    this.syncer.begin(this.#turn);
    this.outbox.begin(this.#turn);
    this.operations.begin(this.#turn);
    this.#acks.begin();
    this.#selfCheck.begin();
  }

  #onRefreshed(connected: Connected): void {
    if (connected.logEpoch !== this.replica.logEpoch) this.#onEpoch(connected.logEpoch);
  }

  #onEpoch(logEpoch: number): void {
    this.#adopt(this.replica.userId, logEpoch);
    this.syncer.request();
  }

  /** From here on everything known belongs to this user and log epoch. */
  #adopt(userId: string, logEpoch: number): void {
    const replica = this.replica;
    const before = { userId: replica.userId, version: replica.version };
    replica.belongTo(userId, logEpoch);
    if (before.version === replica.version) return;
    this.operations.forgetSeqs();
    this.outbox.forgetSent();
    this.#acks.clear();
    if (before.userId !== '' && before.userId !== userId) {
      this.outbox.clear();
      this.operations.clear();
      this.users.clear();
      this.#repeated.abandon();
    }
  }

  #onLost(): void {
    this.#turn.end();
    this.#selfCheck.lost();
    this.#acks.lost();
    this.#calls.lost();
    this.events.emit('lost', {});
  }

  #onItem({ item }: Item): void {
    if (item?.$case === 'reply') this.#calls.reply(item.value);
    else if (item?.$case === 'resync') this.#onResync(item.value.conversationId);
    else if (item?.$case === 'push') {
      const { event } = item.value;
      if (event?.$case === 'entry') this.#place(event.value, 'push');
      else if (event?.$case === 'transient') this.events.emit('transient', event.value);
      else if (event?.$case === 'memberState') {
        this.#selfCheck.heardState(event.value);
        this.#described(this.replica.applyMember(event.value));
      }
    }
  }

  /** False when the log is past the entry already. */
  #place(entry: Entry, source: EntrySource): boolean {
    this.#selfCheck.heardEntry(entry.conversationId, entry.seq);
    const known = this.replica.get(entry.conversationId)?.log;
    if (known?.anchored === true && entry.seq <= known.high) return false;
    this.#described(this.replica.applyEntry(entry, source));
    return true;
  }

  /** As above, for an entry that has to be pulled. */
  #expect(conversationId: string, seq: number): boolean {
    this.#selfCheck.heardEntry(conversationId, seq);
    const known = this.replica.get(conversationId)?.log;
    if (known?.anchored === true && seq <= known.high) return false;
    this.#described(this.replica.expectEntry(conversationId, seq));
    return true;
  }

  /** Asks for what is missing: the conversation itself, or the hole below what has arrived. */
  #described(state: ConversationState): void {
    if (!state.log.anchored) this.syncer.request();
    else if (state.log.hole !== undefined) this.puller.fill(state).catch(() => undefined);
  }

  #onResync(conversationId: string): void {
    this.#selfCheck.forgive();
    if (conversationId === '') this.events.emit('resynced', {});
    const state = this.replica.get(conversationId);
    if (state?.log.anchored === true) this.puller.fill(state, true).catch(() => undefined);
    else this.syncer.request();
  }
}
