import {
  clientAddress,
  counterIn,
  gaugeIn,
  type AddressSource,
  type Counter,
  type Gauge,
  type Registry,
} from '@queqiao/runtime';
import {
  App,
  us_listen_socket_close,
  us_socket_local_port,
  type HttpRequest,
  type HttpResponse,
  type TemplatedApp,
  type us_listen_socket,
  type us_socket_context_t,
  type WebSocketBehavior,
} from 'uWebSockets.js';
import type { SessionSocket, SocketOrigin } from '../session/ports.js';
import type { Session } from '../session/session.js';
import { negotiate } from './item-codecs.js';
import { createTlsApp, type TlsFiles } from './tls-app.js';
import { UwsSocket, type UserData } from './uws-socket.js';

/** What sockets report, each call synchronous. */
export interface SocketEvents {
  opened(socket: SessionSocket, source: SocketOrigin): Session;
  /** The memory of `message` is taken back afterwards. */
  received(session: Session, message: Uint8Array): void;
  receivedWrongKind(session: Session): void;
  receivedTooLarge(session: Session): void;
  /** Exactly once per opened socket. */
  closed(session: Session, code: number): void;
}

export interface SocketServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Undefined: without TLS, which then belongs to a load balancer. */
  readonly tls: TlsFiles | undefined;
  /** Sockets above this are refused with 503 at the upgrade. */
  readonly maxSockets: number;
  readonly addresses: AddressSource;
  /** A larger message closes 4206. */
  readonly maxMessageBytes: number;
  /** A larger message is not even read: the socket is cut (1006). Above maxMessageBytes. */
  readonly maxPayloadBytes: number;
  /** Bytes that the transport keeps for a socket that does not read, before it cuts it (1006). A last resort. */
  readonly maxBackpressureBytes: number;
}

/** Exclusive: without it a second process could listen on the same port and silently take half of the sockets. */
const EXCLUSIVE_PORT = 1;
/**
 * Longest that the transport knows. Silence is watched over by the sessions' own sweep; this one only makes sure that a socket
 * which never takes its close frame goes away, which it does a margin of seconds after `end`.
 */
const TRANSPORT_IDLE_SECONDS = 960;

const REFUSAL_STATUS = {
  handshake: '400 Bad Request',
  subprotocol: '400 Bad Request',
  full: '503 Service Unavailable',
  rate: '429 Too Many Requests',
} as const;

/** The WebSocket server: negotiates the subprotocol, hands messages to `events`, and stops listening without closing anybody. */
export class SocketServer {
  #app: TemplatedApp | null = null;
  #listenSocket: us_listen_socket | null = null;
  #open = 0;
  readonly #connections: Gauge;
  readonly #refusals: Counter<'reason'>;

  constructor(
    private readonly deps: {
      readonly events: SocketEvents;
      /** False: this address connects too often. */
      readonly admit: (address: string) => boolean;
      readonly metrics: Registry;
    },
    private readonly options: SocketServerOptions,
  ) {
    this.#connections = gaugeIn(deps.metrics, {
      name: 'queqiao_connect_sockets',
      help: 'Open WebSockets, signed in or not',
    });
    this.#refusals = counterIn(deps.metrics, {
      name: 'queqiao_connect_refused_upgrades_total',
      help: 'Upgrades answered with an HTTP error',
      labelNames: ['reason'],
    });
  }

  get port(): number {
    return this.#listenSocket === null ? 0 : us_socket_local_port(this.#listenSocket);
  }

  get listening(): boolean {
    return this.#listenSocket !== null;
  }

  /** Rejects when the port is taken, or when TLS is asked for and its files do not do. */
  async start(): Promise<void> {
    const { host, port, tls } = this.options;
    const app = tls ? await createTlsApp(tls) : App();
    app.ws<UserData>('/ws', this.#behavior());
    app.any('/*', (response) => answer(response, '404 Not Found'));
    this.#app = app;
    await new Promise<void>((resolve, reject) => {
      listenOn(app, host, port, (socket) => {
        if (socket === false) {
          reject(new Error(`cannot listen on ${host}:${port}`));
          return;
        }
        this.#listenSocket = socket;
        resolve();
      });
    });
  }

  /** No new sockets; the present ones stay. Idempotent. */
  stopListening(): void {
    if (this.#listenSocket === null) return;
    us_listen_socket_close(this.#listenSocket);
    this.#listenSocket = null;
  }

  /** Cuts whatever is left. Idempotent. */
  stop(): void {
    this.stopListening();
    this.#app?.close();
    this.#app = null;
  }

  #behavior(): WebSocketBehavior<UserData> {
    return {
      compression: 0,
      idleTimeout: TRANSPORT_IDLE_SECONDS,
      sendPingsAutomatically: false,
      maxPayloadLength: this.options.maxPayloadBytes,
      maxBackpressure: this.options.maxBackpressureBytes,
      closeOnBackpressureLimit: true,
      upgrade: (response, request, context) => this.#upgrade(response, request, context),
      open: (ws) => {
        const { socket } = ws.getUserData();
        socket.attach(ws);
        this.#connections.set(++this.#open);
        const source = socket.source ?? { origin: '', remoteAddress: '' };
        socket.source = null;
        socket.session = this.deps.events.opened(socket, source);
      },
      message: (ws, message, isBinary) => this.#message(ws.getUserData().socket, message, isBinary),
      close: (ws, code) => {
        const { socket } = ws.getUserData();
        socket.detach();
        this.#connections.set(--this.#open);
        const { session } = socket;
        socket.session = null;
        if (session) this.deps.events.closed(session, code);
      },
    };
  }

  /** Synchronous: the request's memory is gone when it returns. */
  #upgrade(response: HttpResponse, request: HttpRequest, context: us_socket_context_t): void {
    const key = request.getHeader('sec-websocket-key');
    const chosen = negotiate(request.getHeader('sec-websocket-protocol'));
    const version = request.getHeader('sec-websocket-version');
    const extensions = request.getHeader('sec-websocket-extensions');
    if (version !== '13' || key.length !== 24) return this.#refuse(response, 'handshake');
    if (chosen === null) return this.#refuse(response, 'subprotocol');
    if (this.#open >= this.options.maxSockets || !this.listening) {
      return this.#refuse(response, 'full');
    }
    const remoteAddress = this.#addressOf(response, request);
    if (!this.deps.admit(remoteAddress)) return this.#refuse(response, 'rate');
    const source = { origin: request.getHeader('origin'), remoteAddress };
    const socket = new UwsSocket(chosen.codec, source);
    response.upgrade<UserData>({ socket }, key, chosen.name, extensions, context);
  }

  #addressOf(response: HttpResponse, request: HttpRequest): string {
    const peer = Buffer.from(response.getRemoteAddressAsText()).toString('latin1');
    const { addresses } = this.options;
    if (addresses.header === undefined) return peer;
    return clientAddress(peer, headerOf(request, addresses.header), addresses);
  }

  #refuse(response: HttpResponse, reason: keyof typeof REFUSAL_STATUS): void {
    this.#refusals.inc({ reason });
    answer(response, REFUSAL_STATUS[reason]);
  }

  #message(socket: UwsSocket, message: ArrayBuffer, isBinary: boolean): void {
    const { session } = socket;
    if (session === null) return;
    const { events } = this.deps;
    if (message.byteLength > this.options.maxMessageBytes) events.receivedTooLarge(session);
    else if (isBinary !== (socket.codec.name === 'proto')) events.receivedWrongKind(session);
    else events.received(session, new Uint8Array(message));
  }
}

/** All lines of that name: a proxy may have put its own behind that of the client, and the transport would read the first alone. */
function headerOf(request: HttpRequest, name: string): string {
  const lines: string[] = [];
  request.forEach((key, value) => {
    if (key === name) lines.push(value);
  });
  return lines.join(',');
}

function answer(response: HttpResponse, status: string): void {
  response.writeStatus(status).end('', true);
}

/** The form with a host and options exists in the binding but not in its types. */
interface HostListener {
  listen(
    host: string,
    port: number,
    options: number,
    callback: (socket: us_listen_socket | false) => void,
  ): unknown;
}

function listenOn(
  app: TemplatedApp,
  host: string,
  port: number,
  callback: (socket: us_listen_socket | false) => void,
): void {
  (app as unknown as HostListener).listen(host, port, EXCLUSIVE_PORT, callback);
}
