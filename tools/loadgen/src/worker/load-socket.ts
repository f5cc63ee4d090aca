import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  decodeFrame,
  encodeItems,
  Platform,
  type Entry,
  type Item,
  type Reply,
} from '@queqiao/protocol/client';
import { WebSocket } from 'ws';

/** Calls that a socket may have in flight. */
export const MAX_SOCKET_CALLS = 64;
const SIGN_IN_MS = 30_000;
/** Sent away for now: a node under load, or one that has just started. */
const COME_BACK_LATER = 4003;
const COME_BACK_MS = 200;
const MAX_SIGN_INS = 50;

type Inner = NonNullable<Item['item']>;
type OnReply = (reply: Reply | undefined) => void;

export interface SignIn {
  readonly url: string;
  readonly token: string;
  readonly deviceId: string;
}

/**
 * One signed-in socket of the binary subprotocol, without the client library: it does no more than the load needs, so that
 * the generator stays cheap beside what it measures.
 */
export class LoadSocket {
  /** Entries that were pushed to this device. */
  onEntry: (entry: Entry) => void = () => undefined;
  /** The socket ended although nobody closed it. */
  onLost: (code: number) => void = () => undefined;
  readonly #calls = new Map<number, OnReply>();
  #lastCall = 0;
  #closing = false;
  #signedIn: (() => void) | undefined;

  private constructor(readonly ws: WebSocket) {
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer) => {
      for (const { item } of decodeFrame(data)) if (item) this.#take(item);
    });
    ws.on('close', (code) => {
      for (const settle of this.#calls.values()) settle(undefined);
      this.#calls.clear();
      if (!this.#closing) this.onLost(code);
    });
  }

  /** Throws when the sign-in is refused or takes half a minute; one that is sent away comes back. */
  static async open(signIn: SignIn): Promise<LoadSocket> {
    for (let generation = 1; ; generation += 1) {
      try {
        return await LoadSocket.#open(signIn, generation);
      } catch (error) {
        const later = error instanceof SignInRefused && error.code === COME_BACK_LATER;
        if (!later || generation >= MAX_SIGN_INS) throw error;
        await sleep(COME_BACK_MS);
      }
    }
  }

  static async #open({ url, token, deviceId }: SignIn, generation: number): Promise<LoadSocket> {
    const ws = new WebSocket(url, 'queqiao.v1.proto', {
      handshakeTimeout: SIGN_IN_MS,
      perMessageDeflate: false,
    });
    const socket = new LoadSocket(ws);
    await once(ws, 'open');
    await socket.#signIn(token, deviceId, generation);
    return socket;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  /** `onReply` runs exactly once: with the reply, or with undefined when the socket ends first. */
  call(method: string, body: Uint8Array, affinity: string, onReply: OnReply): void {
    if (this.ws.readyState !== WebSocket.OPEN) {
      onReply(undefined);
      return;
    }
    this.#lastCall += 1;
    const id = this.#lastCall;
    this.#calls.set(id, onReply);
    this.#send({ $case: 'call', value: { id, method, body, affinity, requestId: '' } });
  }

  ping(): void {
    if (this.ws.readyState === WebSocket.OPEN) this.#send({ $case: 'ping', value: {} });
  }

  close(): void {
    this.#closing = true;
    this.ws.terminate();
  }

  #signIn(token: string, deviceId: string, generation: number): Promise<void> {
    const about = { brand: '', model: 'loadgen', osVersion: '', appVersion: '' };
    const device = { id: deviceId, platform: Platform.OTHER, ...about };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('sign-in was not answered')), SIGN_IN_MS);
      this.onLost = (code) => {
        clearTimeout(timer);
        reject(new SignInRefused(code));
      };
      this.#signedIn = () => {
        clearTimeout(timer);
        this.onLost = () => undefined;
        resolve();
      };
      this.#send({ $case: 'connect', value: { token, generation, device } });
    });
  }

  #take(item: Inner): void {
    if (item.$case === 'reply') {
      const settle = this.#calls.get(item.value.id);
      this.#calls.delete(item.value.id);
      settle?.(item.value);
    } else if (item.$case === 'push' && item.value.event?.$case === 'entry') {
      this.onEntry(item.value.event.value);
    } else if (item.$case === 'connected') {
      this.#signedIn?.();
    }
  }

  #send(item: Inner): void {
    this.ws.send(encodeItems([{ item }]));
  }
}

class SignInRefused extends Error {
  constructor(readonly code: number) {
    super(`sign-in ended with ${code}`);
  }
}
