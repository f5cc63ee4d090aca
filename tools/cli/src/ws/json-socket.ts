import { WebSocket, type RawData } from 'ws';
import type { JsonItem } from './shortcuts.js';

export interface JsonSocketOptions {
  readonly url: string;
  readonly token: string;
  readonly device: string;
  /** Of this device's sessions the one with the highest generation wins. */
  readonly generation: number;
  /** Each received item, parsed. */
  readonly onItem: (item: JsonItem) => void;
}

export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

const SUBPROTOCOL = 'queqiao.v1.json';
const DEFAULT_PING_MS = 25_000;

/** One socket with the JSON subprotocol. Signs in by itself, pings by itself, and does nothing else by itself. */
export class JsonSocket {
  readonly #socket: WebSocket;
  /** Resolves with the `connected` item; rejects when the socket ends before it. */
  readonly connected: Promise<JsonItem>;
  readonly ended: Promise<SocketEnd>;
  /** Calls without a reply. */
  readonly #open = new Set<unknown>();
  #idle: (() => void) | undefined;
  #pings: NodeJS.Timeout | undefined;

  constructor(options: JsonSocketOptions) {
    const socket = new WebSocket(options.url, SUBPROTOCOL);
    this.#socket = socket;
    let failure = '';
    socket.on('error', (error) => {
      failure = error.message;
    });
    this.ended = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        clearInterval(this.#pings);
        this.#idle?.();
        resolve({ code, reason: reason.toString() || failure });
      });
    });
    socket.on('open', () => {
      const device = { id: options.device, platform: 'PLATFORM_OTHER' };
      this.send({ connect: { token: options.token, device, generation: options.generation } });
    });
    this.connected = new Promise((resolve, reject) => {
      socket.on('message', (data) => {
        for (const item of itemsOf(data)) {
          this.#note(item);
          options.onItem(item);
          if (item.connected !== undefined) resolve(item);
        }
      });
      void this.ended.then(({ code, reason }) =>
        reject(new Error(`closed with ${code} ${reason}`)),
      );
    });
    this.connected.catch(() => undefined);
  }

  /** Sends an item or an array of items as it is. Dropped when the socket is not open. */
  send(item: JsonItem | readonly JsonItem[]): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    for (const one of [item].flat()) {
      const call = one.call as { id?: unknown } | undefined;
      if (call !== undefined) this.#open.add(call.id);
    }
    this.#socket.send(JSON.stringify(item));
  }

  /** Resolves when every call has its reply, or the socket has ended, or after `timeoutMs`. */
  async idle(timeoutMs: number): Promise<void> {
    if (this.#open.size === 0 || this.#socket.readyState !== WebSocket.OPEN) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.#socket.close(1000);
  }

  #note(item: JsonItem): void {
    if (item.connected !== undefined) {
      const { pingIntervalMs } = item.connected as { pingIntervalMs?: string };
      const everyMs = Number(pingIntervalMs ?? DEFAULT_PING_MS);
      clearInterval(this.#pings);
      this.#pings = setInterval(() => this.send({ ping: {} }), everyMs);
    }
    if (item.reply === undefined) return;
    this.#open.delete((item.reply as { id?: unknown }).id);
    if (this.#open.size === 0) this.#idle?.();
  }
}

function itemsOf(data: RawData): JsonItem[] {
  const text = Array.isArray(data)
    ? Buffer.concat(data).toString()
    : Buffer.from(data as Buffer).toString();
  const parsed = JSON.parse(text) as JsonItem | JsonItem[];
  return [parsed].flat();
}
