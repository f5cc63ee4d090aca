/** A connect node on real sockets and a real Redis with a logic in memory, and a device on the independent client `ws`. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { decodeFrame, encodeItems, type Item } from '@queqiao/protocol/client';
import { decodeJsonItems, encodeJsonItem } from '@queqiao/protocol/json';
import { loadConfig, silentLogger, systemClock } from '@queqiao/runtime';
import { WebSocket } from 'ws';
import { createConnect, type Connect, type ConnectOverrides } from '../src/app.js';
import { connectConfig } from '../src/config.js';
import { InMemoryLogic } from './in-memory-logic.js';
import { callItem, connectItem } from './session-rig.js';

export type Inner = NonNullable<Item['item']>;
export { callItem, connectItem };

export interface ConnectRig {
  readonly connect: Connect;
  readonly logic: InMemoryLogic;
  readonly url: string;
}

export async function startConnect(
  redisUrl: string,
  env: Record<string, string> = {},
  overrides: ConnectOverrides = {},
): Promise<ConnectRig> {
  const config = loadConfig(connectConfig, {
    QUEQIAO_PROFILE: 'test',
    QUEQIAO_NODE_ID: 'connect-1',
    QUEQIAO_REDIS_URL: redisUrl,
    QUEQIAO_SOCKET_PORT: '0',
    ...env,
  });
  const logic = new InMemoryLogic(systemClock);
  const createLink: ConnectOverrides['createLink'] = (handlers) => {
    logic.handlers = handlers;
    return logic;
  };
  const connect = createConnect(config, { createLink, logger: silentLogger(), ...overrides });
  await connect.start();
  const scheme = config.tlsKeyFile === undefined ? 'ws' : 'wss';
  return { connect, logic, url: `${scheme}://127.0.0.1:${connect.ports.socket}/ws` };
}

export class Device {
  readonly items: Inner[] = [];
  readonly messages: (Buffer | string)[] = [];
  readonly closed: Promise<number>;
  #wake: (() => void)[] = [];

  private constructor(
    readonly ws: WebSocket,
    private readonly codec: 'proto' | 'json',
  ) {
    ws.on('message', (data: Buffer, isBinary) => {
      this.messages.push(isBinary ? data : data.toString());
      const items = isBinary
        ? decodeFrame(Uint8Array.from(data))
        : decodeJsonItems(data.toString());
      for (const { item } of items) if (item) this.items.push(item);
      for (const wake of this.#wake.splice(0)) wake();
    });
    ws.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      ws.on('close', (code) => {
        resolve(code);
        for (const wake of this.#wake.splice(0)) wake();
      });
    });
  }

  static async open(
    url: string,
    codec: 'proto' | 'json' = 'proto',
    origin = '',
    ca?: string,
  ): Promise<Device> {
    const headers = origin === '' ? {} : { origin };
    const ws = new WebSocket(url, `queqiao.v1.${codec}`, { headers, ca });
    const device = new Device(ws, codec);
    await once(ws, 'open');
    return device;
  }

  static async signedIn(
    url: string,
    token = 'app/ann',
    id = 'd1',
    options: { codec?: 'proto' | 'json'; generation?: number } = {},
  ): Promise<Device> {
    const device = await Device.open(url, options.codec);
    device.send(connectItem(token, id, options.generation ?? 1));
    await device.next('connected');
    return device;
  }

  send(...items: Inner[]): void {
    if (this.codec === 'proto') this.ws.send(encodeItems(items.map((item) => ({ item }))));
    else for (const item of items) this.ws.send(encodeJsonItem({ item }));
  }

  /** Waits for the first (or next unread) item of a kind; rejects when the socket closes before. */
  async next<K extends Inner['$case']>(kind: K, skip = 0): Promise<Extract<Inner, { $case: K }>> {
    for (;;) {
      const found = this.items.filter((item) => item.$case === kind)[skip];
      if (found !== undefined) return found as Extract<Inner, { $case: K }>;
      if (this.ws.readyState === WebSocket.CLOSED) throw new Error(`closed before ${kind}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}

const POLLS = 3_000;

/** Polls until `check` holds; rejects after a number of looks that is far beyond any honest wait. */
export async function eventually(
  check: () => boolean | Promise<boolean>,
  everyMs = 20,
): Promise<void> {
  for (let look = 0; look < POLLS; look += 1) {
    if (await check()) return;
    await systemClock.sleep(everyMs);
  }
  throw new Error('did not happen');
}

/** Sends raw bytes to the socket port and answers with what came back until the server closed. */
export async function rawRequest(port: number, text: string): Promise<string> {
  const socket = createConnection(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    socket.end();
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}
