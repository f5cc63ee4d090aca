import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@queqiao/testkit';

export interface Arrival {
  readonly id: string;
  readonly timestamp: number;
  readonly signatures: readonly string[];
  readonly raw: string;
  readonly name: string;
  readonly type: string;
  readonly event: {
    readonly appId: string;
    readonly eventId: string;
    readonly type: string;
    readonly createdMs: string;
    readonly logEpoch: string;
    readonly entry: {
      readonly conversationId: string;
      readonly seq: string;
      readonly [k: string]: unknown;
    };
  };
}

export type Answer = number | 'never' | ((response: ServerResponse) => void);

/** A receiver of webhooks in this process, that answers as it is told to. */
export class TestReceiver {
  readonly arrivals: Arrival[] = [];
  /** Of every request; undefined: 204. */
  answer: (arrival: Arrival) => Answer = () => 204;
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks`;
  }

  get port(): number {
    return this.#port;
  }

  /** On the port that it had before. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#take(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  /** Names of entries, in the order in which they came. */
  get names(): string[] {
    return this.arrivals.map(({ name }) => name);
  }

  of(conversationId: string): string[] {
    return this.names.filter((name) => name.startsWith(`${conversationId} `));
  }

  async until(count: number): Promise<readonly Arrival[]> {
    await eventually(`${count} requests`, () => this.arrivals.length >= count);
    return this.arrivals;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString();
    const event = JSON.parse(raw) as Arrival['event'];
    const { conversationId, seq } = event.entry;
    const header = (name: string) => String(request.headers[name]);
    const arrival = {
      id: header('webhook-id'),
      timestamp: Number(header('webhook-timestamp')),
      signatures: header('webhook-signature').split(' '),
      raw,
      name: `${conversationId} ${seq}`,
      type: event.type,
      event,
    };
    this.arrivals.push(arrival);
    const answer = this.answer(arrival);
    if (typeof answer === 'function') answer(response);
    else if (answer !== 'never') response.writeHead(answer).end();
  }
}

/** What a signature of an arrival by this secret is. */
export function signatureOf(
  { id, timestamp, raw }: Pick<Arrival, 'id' | 'timestamp' | 'raw'>,
  secret: string,
): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${raw}`).digest('base64')}`;
}
