import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { gaugeIn, systemClock, type Registry } from '@queqiao/runtime';
import {
  allowsHost,
  guardedLookup,
  machineNames,
  publicNames,
  type Resolve,
} from './guarded-address.js';
import { IdleSockets, OUTBOUND_MAX_IDLE_SOCKETS } from './idle-sockets.js';
import { failureOf, OutboundFailure } from './outbound-failure.js';
import { retryAfterMs } from './retry-after.js';

const IDLE_MS = 30_000;

export interface OutboundRules {
  /** Whether http is allowed beside https. */
  readonly allowHttp: boolean;
  /** Whether addresses that are not of the public internet are. */
  readonly allowPrivate: boolean;
}

export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** For all of it, from resolving the name to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Of an answer's body; what is beyond is not read. */
  readonly maxResponseBytes: number;
}

export interface OutboundResponse {
  readonly status: number;
  /** Of the header Retry-After, when it says a number of seconds or a date; null: it does not. */
  readonly retryAfterMs: number | null;
  readonly body: Buffer;
  /** There was more. */
  readonly truncated: boolean;
}

/**
 * POSTs to where tenants say. Redirects are answers like others. Who has the limits of one request has not those of many: callers
 * bound how many they have under way.
 */
export class GuardedRequests {
  readonly #agents;

  constructor(
    private readonly rules: OutboundRules,
    resolve: Resolve = rules.allowPrivate ? machineNames : publicNames(),
    metrics?: Registry,
  ) {
    const options = {
      keepAlive: true,
      maxFreeSockets: OUTBOUND_MAX_IDLE_SOCKETS,
      timeout: IDLE_MS,
      lookup: guardedLookup(resolve, rules.allowPrivate),
    };
    const idle = idleSockets(metrics);
    this.#agents = {
      'http:': idle.watch(new HttpAgent(options)),
      'https:': idle.watch(new HttpsAgent(options)),
    };
  }

  /** Rejects with OutboundFailure only. */
  async post(request: OutboundRequest): Promise<OutboundResponse> {
    const signal = AbortSignal.timeout(request.timeoutMs);
    try {
      const url = new URL(request.url);
      if (url.protocol === 'http:' && !this.rules.allowHttp) throw new OutboundFailure('address');
      if (!allowsHost(url, this.rules.allowPrivate)) throw new OutboundFailure('address');
      return await this.#send(url, request, signal, true);
    } catch (error) {
      throw signal.aborted ? new OutboundFailure('timeout') : failureOf(error);
    }
  }

  /** Ends connections that wait for the next request. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #send(
    url: URL,
    { headers, body, maxResponseBytes, ...rest }: OutboundRequest,
    signal: AbortSignal,
    mayRepeat: boolean,
  ): Promise<OutboundResponse> {
    const secure = url.protocol === 'https:';
    const send = secure ? httpsRequest : httpRequest;
    const agent = this.#agents[secure ? 'https:' : 'http:'];
    const length = { 'content-length': String(body.byteLength) };
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent, headers: { ...headers, ...length }, signal };
      const outgoing = send(url, options, (incoming) => {
        readAnswer(incoming, maxResponseBytes).then(resolve, reject);
      });
      // Without somebody who listens the connection ends, and nothing says so.
      outgoing.on('upgrade', (incoming, socket) => {
        socket.destroy();
        resolve({ ...answerOf(incoming), body: Buffer.alloc(0), truncated: false });
      });
      outgoing.on('error', (error) => {
        // The other side had closed the connection while it was idle: nobody has seen the request.
        if (!mayRepeat || !outgoing.reusedSocket || signal.aborted) return reject(error);
        const again = { ...rest, headers, body, maxResponseBytes };
        this.#send(url, again, signal, false).then(resolve, reject);
      });
      outgoing.end(body);
    });
  }
}

function idleSockets(metrics: Registry | undefined): IdleSockets {
  if (metrics === undefined) return new IdleSockets();
  const gauge = gaugeIn(metrics, {
    name: 'queqiao_outbound_idle_sockets',
    help: 'Connections that wait for another request',
  });
  return new IdleSockets((count) => gauge.set(count));
}

async function readAnswer(incoming: IncomingMessage, maxBytes: number): Promise<OutboundResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > maxBytes) break;
  }
  const body = Buffer.concat(chunks).subarray(0, maxBytes);
  return { ...answerOf(incoming), body, truncated: bytes > maxBytes };
}

function answerOf({ statusCode, headers }: IncomingMessage) {
  return { status: statusCode ?? 0, retryAfterMs: retryAfterMs(headers, systemClock.now()) };
}
