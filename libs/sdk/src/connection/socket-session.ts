import { decodeFrame, encodeItems, type Connected, type Item } from '@queqiao/protocol/client';
import type { Clock, Timer } from '../clock.js';
import type { Limits } from '../limits.js';
import type { WebSocketLike } from './web-socket.js';

/** How a socket ended. Codes below 4000 are the transport's, or ours for a server that fell silent. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
  /** For 40xx codes: wait at least this many milliseconds; 0: no hint. */
  readonly reconnectAfterMs: number;
}

export interface SocketHandlers {
  /** The sign-in (`first`) or a refresh was accepted. */
  onConnected(connected: Connected, first: boolean): void;
  /** Everything else that is not the session's own business. */
  onItem(item: Item): void;
  /** Exactly once; nothing is called afterwards. */
  onEnd(end: SocketEnd): void;
}

/** Used when this side gives a socket up; not a code of the server. */
export const LOCAL_CLOSE_CODE = 1006;

const OPEN = 1;

type Value = NonNullable<Item['item']>;

/** One socket from opening to its end: sign-in, heartbeat, decoding. */
export class SocketSession {
  readonly #socket: WebSocketLike;
  readonly #handlers: SocketHandlers;
  readonly #clock: Clock;
  readonly #limits: Limits;
  #signedIn = false;
  #ended = false;
  #heardSincePing = false;
  #disconnect: SocketEnd | undefined;
  #timer: Timer | undefined;
  #pongTimer: Timer | undefined;

  constructor(
    deps: { socket: WebSocketLike; clock: Clock; limits: Limits; handlers: SocketHandlers },
    connect: Item,
  ) {
    this.#socket = deps.socket;
    this.#handlers = deps.handlers;
    this.#clock = deps.clock;
    this.#limits = deps.limits;
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => void this.send(connect);
    this.#socket.onmessage = (event: { data: unknown }) => this.#onMessage(event.data);
    this.#socket.onerror = () => undefined;
    this.#socket.onclose = (event: { code?: number; reason?: unknown }) =>
      this.#finish(this.#endOf(event.code ?? LOCAL_CLOSE_CODE, event.reason));
    this.#timer = this.#clock.setTimer(this.#limits.connectTimeoutMs, () =>
      this.end('no answer to the sign-in'),
    );
    if (this.#socket.readyState === OPEN) this.send(connect);
  }

  /** False when the socket is gone: the item was not sent. */
  send(item: Item): boolean {
    if (this.#ended) return false;
    try {
      // The generated writer allocates plain ArrayBuffers only.
      this.#socket.send(encodeItems([item]) as Uint8Array<ArrayBuffer>);
      return true;
    } catch {
      this.end('sending failed');
      return false;
    }
  }

  /** Asks for a sign of life now; without one the socket counts as dead. */
  ping(): void {
    if (!this.#signedIn || this.#ended || this.#pongTimer !== undefined) return;
    this.#heardSincePing = false;
    if (!this.send({ item: { $case: 'ping', value: {} } })) return;
    this.#pongTimer = this.#clock.setTimer(this.#limits.pongTimeoutMs, () => {
      this.#pongTimer = undefined;
      if (!this.#heardSincePing) this.end('the server fell silent');
    });
  }

  /** Gives the socket up at once, without waiting for the other side: it may be unreachable. */
  end(reason: string, code?: number): void {
    if (this.#ended) return;
    try {
      this.#socket.close(code ?? 1000, reason);
    } catch {
      // It was closing already.
    }
    this.#finish({ code: LOCAL_CLOSE_CODE, reason, reconnectAfterMs: 0 });
  }

  #finish(end: SocketEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    this.#pongTimer?.cancel();
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    this.#handlers.onEnd(end);
  }

  /** The disconnect item says more than the close frame, and arrives also where proxies swallow the code. */
  #endOf(code: number, reason: unknown): SocketEnd {
    if (this.#disconnect !== undefined) return this.#disconnect;
    return { code, reason: typeof reason === 'string' ? reason : '', reconnectAfterMs: 0 };
  }

  #onMessage(data: unknown): void {
    this.#heardSincePing = true;
    if (!(data instanceof ArrayBuffer)) {
      this.end('not a binary message');
      return;
    }
    let items: Item[];
    try {
      items = decodeFrame(new Uint8Array(data));
    } catch {
      this.end('not a frame');
      return;
    }
    for (const { item } of items) {
      if (this.#ended) return;
      if (item !== undefined) this.#onItem(item);
    }
  }

  #onItem(item: Value): void {
    if (item.$case === 'connected') this.#onConnected(item.value);
    else if (item.$case === 'disconnect') {
      const { code, reason, reconnectAfterMs } = item.value;
      this.#disconnect = { code, reason, reconnectAfterMs };
    } else if (item.$case !== 'pong') this.#handlers.onItem({ item });
  }

  #onConnected(connected: Connected): void {
    const first = !this.#signedIn;
    this.#signedIn = true;
    this.#timer?.cancel();
    this.#schedulePing(Math.max(1000, connected.pingIntervalMs));
    this.#handlers.onConnected(connected, first);
  }

  /** Pings regardless of other traffic: calls alone would not show that nothing comes back. */
  #schedulePing(intervalMs: number): void {
    this.#timer = this.#clock.setTimer(intervalMs, () => {
      this.#schedulePing(intervalMs);
      this.ping();
    });
  }
}
