import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@queqiao/domain';
import type { Content, Entry } from '@queqiao/protocol/client';
import {
  createClient,
  MemoryReplicaStore,
  Platform,
  QueqiaoError,
  type ConnectionState,
  type QueqiaoClient,
} from '@queqiao/sdk';
import { WebSocket } from 'ws';
import type { MessageChange, OwnChange } from '../history/changes.js';
import type { ShownConversation } from '../history/shown.js';
import type { SurfacedLog } from '../history/surfaced-log.js';
import type { TestApp } from '../test-app.js';
import { changeContent } from './change-until-known.js';
import { RecordedStore } from './recorded-store.js';
import { contentOf } from './send-until-known.js';
import { shownBy } from './shown-by.js';
import { SyncTap } from './sync-tap.js';
import type { TestDevice } from './test-device.js';

export interface ReplicaRecorderOptions {
  /** Tried in turn, as behind a load balancer: every connection goes to the next one. */
  readonly urls: readonly string[];
  readonly app: TestApp;
  readonly userId: string;
  readonly deviceId: string;
  /** Where what it surfaces is recorded. */
  readonly record?: SurfacedLog;
}

/** One run of the app. */
interface Run {
  readonly client: QueqiaoClient;
  readonly store: RecordedStore;
  /** Aborted when the app is killed. */
  readonly killed: AbortController;
  /** The store has been read. */
  readonly loaded: Promise<void>;
}

/** Few, so that the lists of test users have pages. */
const SYNC_PAGE_CONVERSATIONS = 8;
/** Of one page, when older ones are loaded. */
const OLDER_ENTRIES = 100;
/** Keeps a broken test from hanging; no measurement. */
const GIVE_UP_MS = 120_000;

/**
 * A device that runs the product's client library with the full history and a store, and records what it surfaces, what it
 * claims to have by its store and cursors, and every state of its user's memberships.
 */
export class ReplicaRecorder implements TestDevice {
  readonly feed = 'sdk';
  readonly closeCodes: number[] = [];
  readonly #options: ReplicaRecorderOptions;
  readonly #store = new MemoryReplicaStore();
  readonly #tap = new SyncTap();
  /** Up to where each conversation was ever surfaced, is dealt with by now, and is so according to the store. */
  readonly #surfaced = new Map<string, number>();
  #highs = new Map<string, number>();
  readonly #saved = new Map<string, number>();
  #opened = 0;
  #socket: WebSocket | undefined;
  #run: Run;

  constructor(options: ReplicaRecorderOptions) {
    this.#options = options;
    this.#run = this.#begin();
  }

  get client(): QueqiaoClient {
    return this.#run.client;
  }

  get name(): string {
    return `${this.#options.userId}/${this.#options.deviceId}`;
  }

  get userId(): string {
    return this.#options.userId;
  }

  get online(): boolean {
    return this.client.state.name === 'online';
  }

  get stoppedBy(): number | undefined {
    const state: ConnectionState = this.client.state;
    return state.name === 'signed-out' ? state.code : undefined;
  }

  start(): void {
    this.client.start();
  }

  async whenOnline(limitMs = 60_000): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!this.online) {
      if (Date.now() > deadline) throw new Error(`${this.name} is ${this.client.state.name}`);
      await sleep(5);
    }
  }

  stop(): Promise<void> {
    this.client.stop();
    return Promise.resolve();
  }

  drop(): void {
    this.#socket?.terminate();
  }

  /** The app is killed and opened again: it goes on with what was saved. */
  restart(): void {
    const { client, store, killed } = this.#run;
    store.kill();
    this.#highs = new Map(this.#saved);
    this.#run = this.#begin();
    client.stop();
    this.drop();
    killed.abort();
    this.start();
  }

  send(
    conversationId: string,
    clientMsgId: string,
    text: string,
    mentions: readonly string[] = [],
  ): Promise<number> {
    return this.#write(conversationId, clientMsgId, contentOf({ text, mentions }));
  }

  change(conversationId: string, clientMsgId: string, change: MessageChange): Promise<number> {
    return this.#write(conversationId, clientMsgId, changeContent(change));
  }

  changeOwn(conversationId: string, change: OwnChange): Promise<void> {
    return this.#untilKnown(({ client }) => {
      switch (change.kind) {
        case 'settings':
          return client.updateSettings(conversationId, change.settings);
        case 'clear':
          return client.clearHistory(conversationId, change.throughSeq);
        case 'hide':
          return client.deleteForMe(conversationId, change.seqs);
      }
    });
  }

  markRead(conversationId: string, seq: number): Promise<void> {
    return this.#untilKnown(async (run) => {
      // The library marks nothing that it does not know of, as after a start with an old store.
      await this.#knows(run, conversationId, seq);
      await run.client.markRead(conversationId, seq);
    });
  }

  high(conversationId: string): number {
    return this.#highs.get(conversationId) ?? 0;
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  unread(): Promise<ReadonlyMap<string, number | undefined>> {
    const views = this.client.conversations({ hidden: true });
    return Promise.resolve(new Map(views.map((view) => [view.conversationId, view.unread])));
  }

  /** Scrolled to the beginning of everything: what a device did not keep in memory is loaded. */
  async shown(): Promise<ReadonlyMap<string, ShownConversation>> {
    for (const { conversationId } of this.client.conversations({ hidden: true })) {
      await this.#loadAll(conversationId);
    }
    return shownBy(this.client, await this.#store.load());
  }

  /** As far as that is possible: what is wrong then is shown so. */
  async #loadAll(conversationId: string): Promise<void> {
    const { client } = this;
    while (client.conversation(conversationId)?.hasOlder === true) {
      const loaded = await client.loadOlder(conversationId, OLDER_ENTRIES).catch(() => undefined);
      if (loaded === undefined || loaded.length === 0) return;
    }
  }

  /** Puts something into the outbox, or waits for it when it is there already. */
  #write(conversationId: string, clientMsgId: string, content: Content): Promise<number> {
    return this.#untilKnown(async (run) => {
      const { client } = run;
      const waiting = client
        .outbox(conversationId)
        .find((message) => message.clientMsgId === clientMsgId);
      if (waiting?.state === 'pending') return settled(run, conversationId, clientMsgId);
      if (waiting?.state === 'sent') return waiting.seq ?? 0;
      const receipt = await client.send(conversationId, content, { clientMsgId });
      return receipt.seq;
    });
  }

  async #knows({ client, killed }: Run, conversationId: string, seq: number): Promise<void> {
    const deadline = Date.now() + GIVE_UP_MS;
    while ((client.conversation(conversationId)?.lastSeq ?? 0) < seq) {
      killed.signal.throwIfAborted();
      if (Date.now() > deadline) throw new DomainError('UNAVAILABLE', `${seq} is not known`);
      await sleep(20);
    }
  }

  /** What the app was killed under is asked for again by its next run. */
  async #untilKnown<T>(work: (run: Run) => Promise<T>): Promise<T> {
    for (;;) {
      const run = this.#run;
      try {
        return await work(run);
      } catch (error) {
        if (!run.killed.signal.aborted) {
          throw error instanceof QueqiaoError ? new DomainError(error.code, error.message) : error;
        }
        await this.#run.loaded;
      }
    }
  }

  #begin(): Run {
    const { app, userId, deviceId, urls } = this.#options;
    const killed = new AbortController();
    const store = new RecordedStore(this.#store, {
      saved: (id, high) => this.#onSaved(id, high),
      cursor: (cursor) => this.#onCursor(cursor),
    });
    const client = createClient({
      url: urls[0] ?? '',
      token: () => app.token(userId),
      device: { id: deviceId, platform: Platform.LINUX },
      fullHistory: true,
      backoff: { baseMs: 100, maxMs: 1_000 },
      limits: { syncPageConversations: SYNC_PAGE_CONVERSATIONS },
      store,
      webSocket: (_, protocols) => this.#open(protocols),
    });
    const loaded = new Promise<void>((resolve) => client.on('state', () => resolve()));
    const run = { client, store, killed, loaded };
    client.on('entry', ({ entry }) => run === this.#run && this.#onEntry(entry));
    client.on('member', (member) => this.#options.record?.state(member));
    return run;
  }

  #onEntry(entry: Entry): void {
    const { conversationId, seq } = entry;
    this.#highs.set(conversationId, seq);
    // What was not saved before the app was killed surfaces again.
    if (seq <= (this.#surfaced.get(conversationId) ?? 0)) return;
    this.#surfaced.set(conversationId, seq);
    this.#options.record?.entry(entry);
  }

  #onSaved(conversationId: string, high: number): void {
    this.#saved.set(conversationId, high);
    this.#highs.set(conversationId, Math.max(high, this.high(conversationId)));
    if (high > (this.#surfaced.get(conversationId) ?? 0)) {
      this.#options.record?.cursor(conversationId, high);
    }
  }

  #onCursor(cursor: Uint8Array): void {
    for (const { conversationId, lastSeq } of this.#tap.claims(cursor)) {
      this.#options.record?.cursor(conversationId, lastSeq);
    }
  }

  #open(protocols: string[]): WebSocket {
    const { urls } = this.#options;
    const url = urls[this.#opened % urls.length] ?? '';
    this.#opened += 1;
    const socket = new WebSocket(url, protocols);
    socket.on('close', (code) => this.closeCodes.push(code));
    this.#tap.attach(socket);
    this.#socket = socket;
    return socket;
  }
}

/** Resolves with the seq when what is in the outbox was stored; rejects when it was refused, or the app is killed. */
function settled(
  { client, killed }: Run,
  conversationId: string,
  clientMsgId: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = client.on('outbox', (message) => {
      const other =
        message.conversationId !== conversationId || message.clientMsgId !== clientMsgId;
      if (other || message.state === 'pending') return;
      done();
      if (message.state === 'sent') resolve(message.seq ?? 0);
      else reject(message.error ?? new Error(`${clientMsgId} was refused`));
    });
    killed.signal.addEventListener('abort', () => reject(new Error('the app was killed')));
  });
}
