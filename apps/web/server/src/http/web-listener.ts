import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DomainError } from '@queqiao/domain';
import { counterIn, type Counter, type Logger, type Registry } from '@queqiao/runtime';
import { sendError } from './answers.js';
import type { FileSource } from './page-files.js';

/** Browsers open a few connections each; more than this are refused. */
const MAX_CONNECTIONS = 1_000;
const REQUEST_TIMEOUT_MS = 10_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface WebListenerDeps {
  /** By method and path, such as `GET /api/users`. */
  readonly routes: ReadonlyMap<string, Handler>;
  /** Asked one after the other. */
  readonly files: readonly FileSource[];
  readonly logger: Logger;
  readonly metrics: Registry;
}

export interface WebListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The HTTP server of the page and its API. */
export class WebListener {
  readonly #deps: WebListenerDeps;
  readonly #options: WebListenerOptions;
  readonly #answers: Counter<'route' | 'status'>;
  #server: Server | undefined;

  constructor(deps: WebListenerDeps, options: WebListenerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#answers = counterIn(deps.metrics, {
      name: 'queqiao_web_answers_total',
      help: 'HTTP answers by route (file: the page and uploads) and status',
      labelNames: ['route', 'status'],
    });
  }

  get listening(): boolean {
    return this.#server !== undefined;
  }

  /** The port listened on; 0 while stopped. */
  get port(): number {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    return address?.port ?? 0;
  }

  /** Resolves once it listens; rejects when the port is taken. */
  async start(): Promise<void> {
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      void this.#answer(request, response);
    });
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#options.port, this.#options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#server = server;
  }

  /** Idempotent. Requests being answered are finished; idle connections are cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const key = `${request.method ?? ''} ${path}`;
    const route = this.#deps.routes.get(key);
    for (const [name, value] of Object.entries(this.#options.headers)) {
      response.setHeader(name, value);
    }
    // A connection that is kept open would hold up stop.
    if (!this.listening) response.setHeader('connection', 'close');
    try {
      if (route) await route(request, response);
      else await this.#answerFile(path, request, response);
    } catch (error) {
      this.#answerError(error, key, request, response);
    }
    this.#answers.inc({ route: route ? path : 'file', status: response.statusCode });
  }

  async #answerFile(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    for (const source of reads ? this.#deps.files : []) {
      if (await source.answer(path, request, response)) return;
    }
    throw new DomainError('NOT_FOUND', 'there is nothing here');
  }

  #answerError(
    error: unknown,
    route: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (!(error instanceof DomainError) || error.row.effect === 'unknown') {
      this.#deps.logger.error({ err: error, route }, 'request failed');
    }
    if (response.headersSent) return void response.destroy();
    // What is left of a body that nobody reads must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    sendError(response, error);
  }
}
