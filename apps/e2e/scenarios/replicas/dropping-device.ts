import { setImmediate as turn } from 'node:timers/promises';
import {
  createClient,
  MemoryReplicaStore,
  Platform,
  type LocalMessage,
  type QueqiaoClient,
} from '@queqiao/sdk';
import { TcpProxy, type TestApp } from '@queqiao/testkit';
import { WebSocket } from 'ws';

export interface DroppingDeviceOptions {
  readonly app: TestApp;
  readonly userId: string;
  readonly deviceId: string;
  /** Every connection goes to the next one. */
  readonly urls: readonly string[];
  /** False: it begins at the newest entry and keeps few. */
  readonly fullHistory: boolean;
}

/** The client library behind proxies that drop its connection, with a store that its restarts share. */
export class DroppingDevice {
  client: QueqiaoClient;
  /** Messages and changes as the outbox told of them last, by id. */
  readonly #written = new Map<string, LocalMessage>();
  readonly #store = new MemoryReplicaStore();
  #opened = 0;

  private constructor(
    private readonly options: DroppingDeviceOptions,
    private readonly proxies: readonly TcpProxy[],
  ) {
    this.client = this.#begin();
  }

  static async start(options: DroppingDeviceOptions): Promise<DroppingDevice> {
    const proxies = await Promise.all(
      options.urls.map((url) => {
        const { hostname, port } = new URL(url);
        return TcpProxy.start({ host: hostname, port: Number(port) });
      }),
    );
    return new DroppingDevice(options, proxies);
  }

  get userId(): string {
    return this.options.userId;
  }
  get name(): string {
    return `${this.userId}/${this.options.deviceId}`;
  }

  /** Nothing of this device's is under way. */
  get quiet(): boolean {
    const { state } = this.client;
    const { memberOperations, outboxMessages } = this.client.stats();
    return state.name === 'online' && memberOperations === 0 && outboxMessages === 0;
  }

  /** What became of everything that was written since the last call, by whichever client of this device. */
  takeWritten(): LocalMessage[] {
    const written = [...this.#written.values()];
    this.#written.clear();
    return written;
  }

  drop(): void {
    for (const proxy of this.proxies) proxy.cutAll();
  }

  /** The application is closed and opened again. */
  async restart(): Promise<void> {
    // What was done just now is in the store by then.
    await turn();
    this.client.stop();
    await turn();
    this.client = this.#begin();
  }

  /** Everything from the beginning of every log. */
  async readAll(): Promise<void> {
    for (const { conversationId } of this.client.conversations({ hidden: true })) {
      while (this.client.conversation(conversationId)?.hasOlder === true) {
        await this.client.loadOlder(conversationId);
      }
    }
  }

  async stop(): Promise<void> {
    this.client.stop();
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
  }

  #begin(): QueqiaoClient {
    const { app, userId, deviceId, fullHistory } = this.options;
    const client = createClient({
      url: 'ws://see/below',
      token: () => app.token(userId),
      device: { id: deviceId, platform: Platform.LINUX },
      store: this.#store,
      fullHistory,
      backoff: { baseMs: 50, maxMs: 500 },
      ...(fullHistory ? {} : { limits: { maxKeptEntries: 10 } }),
      webSocket: (_, protocols) => new WebSocket(this.#nextUrl(), protocols),
    });
    client.on('outbox', (message) => this.#written.set(message.clientMsgId, message));
    client.start();
    return client;
  }

  #nextUrl(): string {
    const at = this.#opened % this.proxies.length;
    this.#opened += 1;
    return this.proxies[at]?.through(this.options.urls[at] ?? '') ?? '';
  }
}
