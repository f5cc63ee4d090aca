import { once } from 'node:events';
import { DomainError } from '@queqiao/domain';
import {
  decodeFrame,
  encodeItems,
  Platform,
  type Connected,
  type Item,
} from '@queqiao/protocol/client';
import { fromProtoError } from '@queqiao/protocol/common';
import { decodeJsonItems, encodeJsonItem } from '@queqiao/protocol/json';
import { WebSocket } from 'ws';
import { requestToJson, responseFromJson } from './json-body.js';

export type Inner = NonNullable<Item['item']>;
export type ItemOf<K extends Inner['$case']> = Extract<Inner, { $case: K }>['value'];
export type Codec = 'proto' | 'json';

/** What a call needs to know of a method; the generated definitions have it. */
export interface Method<Req, Res> {
  readonly name: string;
  readonly requestType: { encode(message: Req): { finish(): Uint8Array } };
  readonly responseType: { decode(bytes: Uint8Array): Res };
}

export interface SignInInput {
  readonly token: string;
  readonly deviceId: string;
  readonly generation?: number;
  readonly platform?: Platform;
  readonly codec?: Codec;
}

const CALL_TIMEOUT_MS = 15_000;

/**
 * One WebSocket, without the client library: it sends what it is told and records everything that comes, in order. Nothing
 * is retried or answered by itself.
 */
export class BareDevice {
  readonly items: Inner[] = [];
  /** Code of the close, once there is one; 1006 when the connection just ended. */
  closeCode: number | undefined;
  readonly closed: Promise<number>;
  /** Called for every item, after it was recorded. */
  onItem: (item: Inner) => void = () => undefined;
  /** Which items are recorded; long runs leave out what comes in masses. */
  keeps: (item: Inner) => boolean = () => true;
  readonly #waiting = new Set<() => void>();
  readonly #calls = new Map<number, (reply: ItemOf<'reply'> | undefined) => void>();
  #lastCall = 0;
  lastHeardMs = Date.now();

  private constructor(
    readonly ws: WebSocket,
    readonly codec: Codec,
  ) {
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer, isBinary) => {
      this.lastHeardMs = Date.now();
      const bytes = Uint8Array.from(data);
      const items = isBinary ? decodeFrame(bytes) : decodeJsonItems(data.toString());
      for (const { item } of items) if (item) this.#take(item);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      ws.on('close', (code) => {
        this.closeCode = code;
        resolve(code);
        for (const settle of this.#calls.values()) settle(undefined);
        this.#calls.clear();
        this.#wake();
      });
    });
  }

  /** A socket that has not signed in. Rejects when the upgrade is refused or nobody listens. */
  static async open(
    url: string,
    codec: Codec = 'proto',
    headers: Record<string, string> = {},
  ): Promise<BareDevice> {
    const ws = new WebSocket(url, `queqiao.v1.${codec}`, {
      headers,
      handshakeTimeout: 5_000,
      perMessageDeflate: false,
    });
    const device = new BareDevice(ws, codec);
    await once(ws, 'open');
    return device;
  }

  /** A signed-in socket. Throws SocketClosed with the code when the sign-in is refused. */
  static async signIn(url: string, input: SignInInput): Promise<BareDevice> {
    const device = await BareDevice.open(url, input.codec);
    device.connect(input);
    await device.next('connected');
    return device;
  }

  connect(input: SignInInput): void {
    const { token, deviceId, generation = 1, platform = Platform.WEB } = input;
    const about = { brand: 'Queqiao', model: 'bare', osVersion: '1', appVersion: '2' };
    const device = { id: deviceId, platform, ...about };
    this.send({ $case: 'connect', value: { token, generation, device } });
  }

  /** All items in one WebSocket message of the binary subprotocol, one message each in JSON. */
  send(...items: Inner[]): void {
    if (this.codec === 'proto') this.ws.send(encodeItems(items.map((item) => ({ item }))));
    else for (const item of items) this.ws.send(encodeJsonItem({ item }));
  }

  sendRaw(data: string | Uint8Array): void {
    this.ws.send(data, { binary: typeof data !== 'string' });
  }

  /** Rejects with DomainError: the reply's, DEADLINE_EXCEEDED, or UNAVAILABLE when the socket ends first. */
  async call<Req, Res>(
    service: { readonly fullName: string },
    method: Method<Req, Res>,
    request: Req,
    affinity = '',
  ): Promise<Res> {
    const path = `${service.fullName}/${method.name}`;
    const encoded = method.requestType.encode(request).finish();
    const body = this.codec === 'json' ? requestToJson(path, encoded) : encoded;
    const { result } = await this.callRaw(path, body, affinity);
    if (result?.$case === 'error') throw fromProtoError(result.value);
    const answer = result?.value ?? new Uint8Array();
    return method.responseType.decode(
      this.codec === 'json' ? responseFromJson(path, answer) : answer,
    );
  }

  /** The reply as it came. */
  callRaw(method: string, body: Uint8Array, affinity = ''): Promise<ItemOf<'reply'>> {
    if (this.ws.readyState !== WebSocket.OPEN) return Promise.reject(unavailable());
    this.#lastCall += 1;
    const id = this.#lastCall;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#calls.delete(id);
        reject(new DomainError('DEADLINE_EXCEEDED', `${method} was not answered`));
      }, CALL_TIMEOUT_MS);
      this.#calls.set(id, (reply) => {
        clearTimeout(timer);
        if (reply === undefined) reject(unavailable());
        else resolve(reply);
      });
      this.send({ $case: 'call', value: { id, method, body, affinity, requestId: '' } });
    });
  }

  all<K extends Inner['$case']>(kind: K): ItemOf<K>[] {
    return this.items
      .filter((item): item is Extract<Inner, { $case: K }> => item.$case === kind)
      .map((item) => item.value as ItemOf<K>);
  }

  /** Waits for an item of a kind that passes. Rejects with SocketClosed when the socket ends without one. */
  async next<K extends Inner['$case']>(
    kind: K,
    passes: (value: ItemOf<K>) => boolean = () => true,
  ): Promise<ItemOf<K>> {
    for (;;) {
      const found = this.all(kind).find(passes);
      if (found !== undefined) return found;
      if (this.closeCode !== undefined) throw new SocketClosed(this.closeCode, kind);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  get connected(): Connected | undefined {
    return this.all('connected')[0];
  }

  /** Closes in good order and waits for the end. */
  async close(): Promise<void> {
    if (this.closeCode === undefined) this.ws.close(1000);
    await this.closed;
  }

  #take(item: Inner): void {
    if (this.keeps(item)) this.items.push(item);
    if (item.$case === 'reply') {
      this.#calls.get(item.value.id)?.(item.value);
      this.#calls.delete(item.value.id);
    }
    this.onItem(item);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

export class SocketClosed extends Error {
  override readonly name = 'SocketClosed';
  constructor(
    readonly code: number,
    waitedFor: string,
  ) {
    super(`closed with ${code} before ${waitedFor}`);
  }
}

function unavailable(): DomainError {
  return new DomainError('UNAVAILABLE', 'the socket has ended');
}
