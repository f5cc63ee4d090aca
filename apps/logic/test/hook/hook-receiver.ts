import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `status` and `body` of an answer; null: none is given. */
export type Answer = { readonly status: number; readonly body: string } | null;

/** The back end that is asked, on loopback. */
export class HookReceiver {
  readonly asked: Asked[] = [];
  /** Decides; by default everything is let pass. */
  answer: (asked: Asked) => Answer = () => allowing(true);
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const asked = { headers: request.headers, body: Buffer.concat(chunks).toString() };
        this.asked.push(asked);
        const answer = this.answer(asked);
        if (answer) response.writeHead(answer.status).end(answer.body);
      });
    });
  }

  static async start(): Promise<HookReceiver> {
    const receiver = new HookReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/judge`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export function allowing(allow: boolean, message?: string): Answer {
  return { status: 200, body: JSON.stringify({ allow, message }) };
}
