import { CLOSE_CODES, closeDuty } from '@queqiao/domain';
import type { Connected, Device, Item } from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock, Timer } from '../clock.js';
import type { Limits } from '../limits.js';
import type { Logger } from '../logger.js';
import type { GenerationStore } from './generation.js';
import { LOCAL_CLOSE_CODE, SocketSession, type SocketEnd } from './socket-session.js';
import type { ConnectionState } from './state.js';
import type { TokenSource } from './token-source.js';
import { SUBPROTOCOL, type WebSocketFactory } from './web-socket.js';

export interface ConnectionDeps {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly tokens: TokenSource;
  readonly generation: GenerationStore;
  readonly backoff: Backoff;
  readonly openSocket: WebSocketFactory;
}

export interface ConnectionHandlers {
  onState(state: ConnectionState): void;
  /** A new session: sync now. */
  onSession(connected: Connected): void;
  /** The session goes on with a new token. */
  onRefreshed(connected: Connected): void;
  onItem(item: Item): void;
  /** The session is over: what was in flight is of unknown effect. */
  onLost(): void;
}

/** Keeps one signed-in socket, through failures, until it is stopped or the server ends it for good. Never throws. */
export class Connection {
  #state: ConnectionState = { name: 'idle' };
  #session: SocketSession | undefined;
  #timer: Timer | undefined;
  /** Raised by every attempt and by stop: what awaits with an older number gives up. */
  #attempt = 0;
  #newTokenTried = false;
  #refreshing = false;

  constructor(
    private readonly deps: ConnectionDeps,
    private readonly options: { url: string; device: Device },
    private readonly handlers: ConnectionHandlers,
  ) {}

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    if (this.#state.name !== 'idle' && this.#state.name !== 'signed-out') return;
    this.deps.backoff.reset();
    this.#newTokenTried = false;
    this.#connect();
  }

  stop(): void {
    this.#attempt += 1;
    this.#timer?.cancel();
    this.#session?.end('stopped');
    this.#session = undefined;
    this.#setState({ name: 'idle' });
  }

  /** The device woke up or found a network: try now instead of waiting. */
  nudge(): void {
    if (this.#state.name === 'waiting') this.#connect();
    else this.#session?.ping();
  }

  send(item: Item): boolean {
    return this.#session?.send(item) ?? false;
  }

  /** The replica has caught up: the connection has proven itself. */
  caughtUp(): void {
    if (this.#state.name !== 'syncing') return;
    this.deps.backoff.reset();
    this.#newTokenTried = false;
    this.#setState({ name: 'online' });
  }

  #setState(state: ConnectionState): void {
    if (state.name === this.#state.name && state.name !== 'waiting') return;
    this.#state = state;
    this.handlers.onState(state);
  }

  #connect(): void {
    this.#timer?.cancel();
    this.#attempt += 1;
    this.#setState({ name: 'connecting' });
    void this.#open(this.#attempt);
  }

  async #open(attempt: number): Promise<void> {
    const { tokens, generation, openSocket } = this.deps;
    try {
      const token = await tokens.get();
      if (attempt !== this.#attempt) return;
      const count = await generation.next();
      if (attempt !== this.#attempt) return;
      const socket = await openSocket(this.options.url, [SUBPROTOCOL]);
      if (attempt !== this.#attempt) {
        socket.close();
        return;
      }
      const value = { token, device: this.options.device, generation: count };
      this.#session = new SocketSession(
        { ...this.deps, socket, handlers: this.#socketHandlers(attempt) },
        { item: { $case: 'connect', value } },
      );
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const reason = error instanceof Error ? error.message : 'could not connect';
      this.#wait({ code: LOCAL_CLOSE_CODE, reason, reconnectAfterMs: 0 });
    }
  }

  #socketHandlers(attempt: number) {
    return {
      onConnected: (connected: Connected, first: boolean) => {
        this.deps.tokens.expiresIn(connected.tokenExpiresMs - connected.serverMs);
        if (!first) {
          this.handlers.onRefreshed(connected);
          return;
        }
        this.#setState({ name: 'syncing' });
        // A listener may have stopped the client just now.
        if (attempt === this.#attempt) this.handlers.onSession(connected);
      },
      onItem: (item: Item) => this.#onItem(item),
      onEnd: (end: SocketEnd) => {
        if (attempt === this.#attempt) this.#onEnd(end);
        else this.handlers.onLost();
      },
    };
  }

  #onItem(item: Item): void {
    if (item.item?.$case === 'push' && item.item.value.event?.$case === 'tokenExpiring') {
      void this.#refresh(this.#attempt);
      return;
    }
    this.handlers.onItem(item);
  }

  async #refresh(attempt: number): Promise<void> {
    if (!this.deps.tokens.renewable || this.#refreshing) return;
    this.#refreshing = true;
    try {
      const token = await this.deps.tokens.renew();
      if (attempt === this.#attempt) this.send({ item: { $case: 'refresh', value: { token } } });
    } catch (error) {
      // The session lives until the old token expires; then 4100 asks for a new one with back-off.
      this.deps.logger.warn('no new token', { error: String(error) });
    } finally {
      this.#refreshing = false;
    }
  }

  #onEnd(end: SocketEnd): void {
    this.#session = undefined;
    this.handlers.onLost();
    const duty = closeDuty(end.code);
    if (duty === 'stop') this.#signOut(end);
    else if (duty === 'new-token') this.#newToken(end);
    else this.#wait(end);
  }

  #newToken(end: SocketEnd): void {
    if (!this.deps.tokens.renewable) {
      this.#signOut({ ...end, code: CLOSE_CODES.TOKEN_EXPIRED });
      return;
    }
    this.deps.tokens.forget();
    // The first new token is used at once; a server that refuses that one too is not asked in a loop.
    if (this.#newTokenTried) this.#wait(end);
    else {
      this.#newTokenTried = true;
      this.#connect();
    }
  }

  #signOut(end: SocketEnd): void {
    this.#attempt += 1;
    this.deps.tokens.forget();
    this.#setState({ name: 'signed-out', code: end.code, reason: end.reason });
  }

  #wait(end: SocketEnd): void {
    const { backoff, limits, clock } = this.deps;
    const hintMs = Math.min(end.reconnectAfterMs, limits.maxReconnectHintMs);
    const retryInMs = Math.max(hintMs, backoff.next());
    this.#timer?.cancel();
    this.#timer = clock.setTimer(retryInMs, () => this.#connect());
    this.#setState({ name: 'waiting', retryInMs, code: end.code, reason: end.reason });
  }
}
