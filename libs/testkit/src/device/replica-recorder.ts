import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@queqiao/domain';
import { Content } from '@queqiao/protocol/client';
import {
  createClient,
  Platform,
  QueqiaoError,
  type ConnectionState,
  type QueqiaoClient,
} from '@queqiao/sdk';
import { WebSocket } from 'ws';
import type { SurfacedLog } from '../history/surfaced-log.js';
import type { TestApp } from '../test-app.js';
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

/** A device that runs the product's client library with the full history, and records what it surfaces. */
export class ReplicaRecorder implements TestDevice {
  readonly feed = 'sdk';
  readonly closeCodes: number[] = [];
  readonly client: QueqiaoClient;
  readonly #options: ReplicaRecorderOptions;
  readonly #highs = new Map<string, number>();
  #opened = 0;

  constructor(options: ReplicaRecorderOptions) {
    this.#options = options;
    const { app, userId, deviceId } = options;
    this.client = createClient({
      url: options.urls[0] ?? '',
      token: () => app.token(userId),
      device: { id: deviceId, platform: Platform.LINUX },
      fullHistory: true,
      backoff: { baseMs: 100, maxMs: 1_000 },
      webSocket: (_, protocols) => this.#open(protocols),
    });
    this.client.on('entry', ({ entry }) => {
      this.#highs.set(entry.conversationId, entry.seq);
      options.record?.entry(entry);
    });
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

  async send(conversationId: string, clientMsgId: string, text: string): Promise<number> {
    const content = Content.create({ body: { $case: 'text', value: { text } } });
    try {
      return (await this.client.send(conversationId, content, { clientMsgId })).seq;
    } catch (error) {
      throw error instanceof QueqiaoError ? new DomainError(error.code, error.message) : error;
    }
  }

  high(conversationId: string): number {
    return this.#highs.get(conversationId) ?? 0;
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  unread(): Promise<ReadonlyMap<string, number | undefined>> {
    const views = this.client.conversations();
    return Promise.resolve(new Map(views.map((view) => [view.conversationId, view.unread])));
  }

  async markRead(conversationId: string, seq: number): Promise<void> {
    try {
      await this.client.markRead(conversationId, seq);
    } catch (error) {
      throw error instanceof QueqiaoError ? new DomainError(error.code, error.message) : error;
    }
  }

  #open(protocols: string[]): WebSocket {
    const { urls } = this.#options;
    const url = urls[this.#opened % urls.length] ?? '';
    this.#opened += 1;
    const socket = new WebSocket(url, protocols);
    socket.on('close', (code) => this.closeCodes.push(code));
    return socket;
  }
}
