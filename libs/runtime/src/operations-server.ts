import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from './logger.js';
import type { Registry } from './metrics.js';

export interface Readiness {
  readonly ready: boolean;
  /** Why not; empty when ready. Shown to whoever can reach the port: no secrets. */
  readonly reasons: readonly string[];
}

export interface OperationsServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly registry: Registry;
  readonly readiness: () => Readiness;
  readonly logger: Logger;
}

/** Scrapers and probes only: more connections than this are refused. */
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * `/healthz` answers 200 as long as the event loop turns, whatever the state of others; `/readyz` answers 200 or 503 with the
 * reasons; `/metrics` in the Prometheus text format. Never to be exposed to the public.
 */
export class OperationsServer {
  readonly #options: OperationsServerOptions;
  #server: Server | undefined;

  constructor(options: OperationsServerOptions) {
    this.#options = options;
  }

  /** The port listened on; 0 while stopped. */
  get port(): number {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    return address?.port ?? 0;
  }

  /** Resolves once it listens; rejects when the port is taken. */
  async start(): Promise<void> {
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.#options.logger.error({ err: error, path: request.url }, 'operations request failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
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

  /** Idempotent; open connections are cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, '');
    if (path === '/healthz') return send(response, 200, 'ok\n');
    if (path === '/readyz') {
      const { ready, reasons } = this.#options.readiness();
      const body = `${JSON.stringify({ ready, reasons })}\n`;
      return send(response, ready ? 200 : 503, body, 'application/json');
    }
    if (path === '/metrics') {
      const { registry } = this.#options;
      return send(response, 200, await registry.metrics(), registry.contentType);
    }
    send(response, 404, '');
  }
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}
