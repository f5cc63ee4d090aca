import { createServer, type Server } from 'node:http';
import { Registry } from '@queqiao/runtime';
import { metricValue } from '@queqiao/runtime/testing';
import { eventually } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OUTBOUND_MAX_IDLE_SOCKETS } from '../../src/outbound/idle-sockets.js';
import {
  GuardedRequests,
  OutboundFailure,
  type OutboundRequest,
} from '../../src/outbound/index.js';
import { TestReceiver } from './test-receiver.js';

const receiver = new TestReceiver();
const open: GuardedRequests[] = [];
beforeAll(() => receiver.start());
afterAll(() => receiver.stop());
afterEach(() => {
  receiver.answer = () => 204;
  for (const each of open.splice(0)) each.close();
});

function requests(...options: ConstructorParameters<typeof GuardedRequests>): GuardedRequests {
  const made = new GuardedRequests(...options);
  open.push(made);
  return made;
}

const anywhere = { allowHttp: true, allowPrivate: true };
const publicOnly = { allowHttp: true, allowPrivate: false };
const event = { entry: { conversationId: 'd:a:b', seq: '1' } };

function requestTo(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  const body = Buffer.from(JSON.stringify(event));
  return { url, headers: {}, body, timeoutMs: 5_000, maxResponseBytes: 100, ...more };
}

function answeredBy(headers: Record<string, string>) {
  receiver.answer = () => (response) => void response.writeHead(503, headers).end();
  return requests(anywhere).post(requestTo(receiver.url));
}

async function reasonOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'answered';
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    return error.reason;
  }
}

/** A host whose requests wait for `go`. */
class GatedHost {
  readonly #held: (() => void)[] = [];
  #server: Server | undefined;
  connections = 0;
  ended = 0;

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      request.resume();
      this.#held.push(() => response.writeHead(204).end());
    });
    // Idle connections are ended by who has too many of them, and not by their age.
    server.keepAliveTimeout = 0;
    server.on('connection', (socket) => {
      this.connections += 1;
      socket.on('close', () => (this.ended += 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    return this;
  }

  get url(): string {
    const address = this.#server?.address();
    if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
    return `http://127.0.0.1:${address.port}/`;
  }

  /** Keeps so many connections busy at once, then answers all. */
  async serve(guarded: GuardedRequests, count: number, meanwhile?: () => Promise<void>) {
    const answers = Array.from({ length: count }, () => guarded.post(requestTo(this.url)));
    await eventually(`${count} requests`, () => this.#held.length >= count);
    await meanwhile?.();
    for (const go of this.#held.splice(0)) go();
    await Promise.all(answers);
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

it('connections that wait for another request are bounded over all hosts, and those that wait longest go', async () => {
  const metrics = new Registry();
  const guarded = requests(anywhere, undefined, metrics);
  const idle = () => metricValue(metrics, 'queqiao_outbound_idle_sockets');
  const hosts = await Promise.all([1, 2, 3].map(() => new GatedHost().start()));
  const [first, second, third] = hosts as [GatedHost, GatedHost, GatedHost];
  try {
    await first.serve(guarded, 100);
    await second.serve(guarded, 100);
    await eventually('all of them wait', async () => (await idle()) === 200);
    await third.serve(guarded, 100);
    await eventually('so many are left', async () => (await idle()) === OUTBOUND_MAX_IDLE_SOCKETS);
    await eventually('they are closed', () => first.ended === 300 - OUTBOUND_MAX_IDLE_SOCKETS);
    expect([second.ended, third.ended]).toEqual([0, 0]);
    // One that is used again is idle no more, and comes behind the others.
    await second.serve(guarded, 10, async () => {
      expect(await idle()).toBe(OUTBOUND_MAX_IDLE_SOCKETS - 10);
    });
    await eventually('they wait again', async () => (await idle()) === OUTBOUND_MAX_IDLE_SOCKETS);
    expect(second.connections).toBe(100);
    third.stop();
    await eventually('what the host ends counts no more', async () => (await idle()) === 156);
  } finally {
    for (const host of hosts) host.stop();
  }
});

describe('an address that is not public', () => {
  it.each(['127.0.0.1', '127.1', '[::1]', '[::ffff:127.0.0.1]'])(
    'is not connected to when the host is written as it: %s',
    async (host) => {
      const before = receiver.arrivals.length;
      const url = `http://${host}:${receiver.port}/`;
      expect(await reasonOf(requests(publicOnly).post(requestTo(url)))).toBe('address');
      expect(receiver.arrivals).toHaveLength(before);
    },
  );

  it('is not connected to when a name has it, alone or beside others', async () => {
    const before = receiver.arrivals.length;
    const url = `http://hooks.test:${receiver.port}/`;
    for (const addresses of [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['::1']]) {
      const guarded = requests(publicOnly, () => Promise.resolve(addresses));
      expect(await reasonOf(guarded.post(requestTo(url)))).toBe('address');
    }
    expect(receiver.arrivals).toHaveLength(before);
  });

  it('is not connected to when a name comes to have it later', async () => {
    const answers = [['203.0.114.1'], ['127.0.0.1']];
    const asked: string[] = [];
    const guarded = requests(publicOnly, (name) => {
      asked.push(name);
      return Promise.resolve(answers.shift() ?? []);
    });
    const url = `http://hooks.test:${receiver.port}/`;
    const first = await reasonOf(guarded.post(requestTo(url, { timeoutMs: 200 })));
    expect(['timeout', 'connection']).toContain(first);
    expect(await reasonOf(guarded.post(requestTo(url)))).toBe('address');
    expect(await reasonOf(guarded.post(requestTo(url)))).toBe('name');
    expect(asked).toEqual(['hooks.test', 'hooks.test', 'hooks.test']);
  });

  it('is connected to where the operator allows it', async () => {
    const guarded = requests(anywhere);
    const url = `http://localhost:${receiver.port}/`;
    expect(await guarded.post(requestTo(url))).toMatchObject({ status: 204, truncated: false });
  });
});

describe('a request', () => {
  it('goes by https alone unless http is allowed', async () => {
    const guarded = requests({ allowHttp: false, allowPrivate: true });
    expect(await reasonOf(guarded.post(requestTo(receiver.url)))).toBe('address');
    const plain = receiver.url.replace('http:', 'https:');
    expect(await reasonOf(guarded.post(requestTo(plain)))).toBe('tls');
  });

  it('ends at its time limit, whether nothing is answered or too little', async () => {
    const guarded = requests(anywhere);
    receiver.answer = () => 'never';
    const short = requestTo(receiver.url, { timeoutMs: 100 });
    expect(await reasonOf(guarded.post(short))).toBe('timeout');
    receiver.answer = () => (response) => {
      response.writeHead(200).write('x');
    };
    expect(await reasonOf(guarded.post(short))).toBe('timeout');
  });

  it('ends when the answer is another protocol', async () => {
    const upgrade = { connection: 'upgrade', upgrade: 'x' };
    receiver.answer = () => (response) => void response.writeHead(101, upgrade).end();
    const answer = await requests(anywhere).post(requestTo(receiver.url));
    expect(answer).toMatchObject({ status: 101, truncated: false });
  });

  it('reads as much of an answer as it may', async () => {
    const guarded = requests(anywhere);
    receiver.answer = () => (response) => {
      response.writeHead(429, { 'retry-after': '7' }).end('x'.repeat(101));
    };
    const { body, ...answer } = await guarded.post(requestTo(receiver.url));
    expect(answer).toEqual({ status: 429, retryAfterMs: 7_000, truncated: true });
    expect(body.toString()).toBe('x'.repeat(100));
  });

  it('says for how long it is asked to wait, though that is said by a date', async () => {
    const { body: _, ...answer } = await answeredBy({
      date: 'Mon, 01 Jun 2026 12:00:00 GMT',
      'retry-after': 'Mon, 01 Jun 2026 12:02:00 GMT',
    });
    expect(answer).toEqual({ status: 503, retryAfterMs: 120_000, truncated: false });
  });

  it('follows no redirect', async () => {
    receiver.answer = () => (response) => {
      response.writeHead(307, { location: receiver.url }).end();
    };
    const before = receiver.arrivals.length;
    expect((await requests(anywhere).post(requestTo(receiver.url))).status).toBe(307);
    expect(receiver.arrivals).toHaveLength(before + 1);
  });

  it('is not lost with a connection that was closed while it was idle', async () => {
    const guarded = requests(anywhere);
    expect((await guarded.post(requestTo(receiver.url))).status).toBe(204);
    await receiver.stop();
    await receiver.start();
    expect((await guarded.post(requestTo(receiver.url))).status).toBe(204);
    await receiver.stop();
    expect(await reasonOf(guarded.post(requestTo(receiver.url)))).toBe('connection');
    await receiver.start();
  });
});
