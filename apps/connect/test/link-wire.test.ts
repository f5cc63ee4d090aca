/** The connect end over real gRPC streams, against a server of the test's own. */
import { addService, createGrpcServer, startServer, stopServer } from '@queqiao/grpc-kit';
import { CallMetrics, LinkMetrics } from '@queqiao/link';
import {
  DownItem,
  LinkServiceDefinition,
  UpItem,
  type AttachRequest,
  type AttachResponse,
} from '@queqiao/protocol/link';
import { Registry, systemClock } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGrpcDialer, LogicPool, type LogicPoolOptions } from '../src/link/index.js';

const closers: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const until = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });

interface Stream {
  write(message: AttachResponse): boolean;
  end(): unknown;
  emit(event: 'error', error: Error): unknown;
}

const NOTHING = { welcome: undefined, firstNumber: 0, ack: 0, items: [], draining: false };

/** Answers every call with its body, as one numbered item per call; remembers numbers across streams. */
async function startEcho({ wantedPort = 0, answersGoodbye = true } = {}) {
  const bootId = 'l0';
  const streams: Stream[] = [];
  const requests: AttachRequest[] = [];
  let received = 0;
  let sent = 0;
  const reply = (stream: Stream, bytes: Uint8Array): void => {
    const { item } = UpItem.decode(bytes);
    if (item === undefined) return;
    sent += 1;
    const result = { $case: 'body' as const, value: item.value.body };
    const value = { callId: item.value.callId, result };
    const items = [DownItem.encode({ item: { $case: 'reply', value } }).finish()];
    stream.write({ ...NOTHING, firstNumber: sent, ack: received, items });
  };
  const welcome = (stream: Stream, request: AttachRequest): void => {
    const known = request.hello?.peerBootId === bootId;
    stream.write({
      ...NOTHING,
      welcome: {
        nodeId: 'logic-0',
        bootId,
        protocolMin: 1,
        protocolMax: 1,
        peerBootId: known ? (request.hello?.bootId ?? '') : '',
        received,
        wantedBootId: '',
      },
    });
  };
  const server = createGrpcServer();
  addService(
    server,
    LinkServiceDefinition,
    {
      attach(call) {
        streams.push(call);
        call.on('error', () => undefined);
        call.on('data', (request: AttachRequest) => {
          requests.push(request);
          if (request.hello !== undefined) welcome(call, request);
          request.items.forEach((bytes, index) => {
            if (request.firstNumber + index <= received) return;
            received += 1;
            reply(call, bytes);
          });
        });
        if (answersGoodbye) call.on('end', () => call.end());
      },
    },
    { newRequestId: () => '' },
  );
  const port = await startServer(server, '127.0.0.1', wantedPort);
  const stop = (): Promise<boolean> => stopServer(server, 100);
  closers.push(stop);
  return { port, stop, address: `127.0.0.1:${port}`, bootId, nodeId: 'logic-0', streams, requests };
}

function startPool(nodes: { nodeId: string; bootId: string; address: string }[]) {
  const dialer = createGrpcDialer({ clock: systemClock });
  const registry = new Registry();
  const options: Partial<LogicPoolOptions> = { backoffBaseMs: 20, backoffMaxMs: 50, sweepMs: 20 };
  const pool = new LogicPool(
    {
      discovery: { liveNodes: () => Promise.resolve(nodes) },
      dialer,
      handlers: {
        deliver: () => undefined,
        kick: () => undefined,
        resync: () => undefined,
        largeDeliver: () => undefined,
        largeCrossing: () => undefined,
      },
      clock: systemClock,
      logger: silentLogger(),
      metrics: new LinkMetrics(registry),
      callMetrics: new CallMetrics(registry),
    },
    { nodeId: 'connect-0', bootId: 'c0', ...options },
  );
  pool.start();
  closers.push(() => pool.stop());
  const call = async (body: string): Promise<string> => {
    const input = { key: body, method: 'a.b/C', codec: 'json' as const, timeoutMs: 60_000 };
    const bytes = new TextEncoder().encode(body);
    const reply = await pool.call({ ...input, body: bytes, requestId: 'r' });
    return 'body' in reply ? new TextDecoder().decode(reply.body) : 'error';
  };
  return { pool, dialer, call, registry };
}

describe('the connect end over gRPC', () => {
  it('carries many calls at once in few frames', async () => {
    const logic = await startEcho();
    const { pool, call } = startPool([logic]);
    await until(() => expect(pool.readiness().ready).toBe(true));
    const bodies = Array.from({ length: 1_000 }, (_, index) => `body ${index}`);
    expect(await Promise.all(bodies.map(call))).toEqual(bodies);
    const frames = logic.requests.filter((request) => request.items.length > 0);
    expect(frames.length).toBeLessThan(50);
  });

  it('resumes on a new stream after the old one failed', async () => {
    const logic = await startEcho();
    const { pool, call } = startPool([logic]);
    await until(() => expect(pool.attachedCount()).toBe(1));
    expect(await call('before')).toBe('before');
    const failure = Object.assign(new Error('gone'), { code: 14, details: 'gone' });
    logic.streams[0]?.emit('error', failure);
    await until(() => expect(logic.streams).toHaveLength(2));
    await until(() => expect(pool.attachedCount()).toBe(1));
    expect(await call('after')).toBe('after');
    const hellos = logic.requests.flatMap(({ hello }) => (hello === undefined ? [] : [hello]));
    expect(hellos.map(({ peerBootId, received }) => [peerBootId, received])).toEqual([
      ['', 0],
      ['l0', 1],
    ]);
  });

  it('keeps trying an address that nobody listens at, and takes it when somebody does', async () => {
    const past = await startEcho();
    await past.stop();
    const { pool, call } = startPool([past]);
    await expect(call('too early')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await startEcho({ wantedPort: past.port });
    await until(() => expect(pool.attachedCount()).toBe(1));
    expect(await call('now')).toBe('now');
  });

  it('counts a stream that a node of another version refuses', async () => {
    const server = createGrpcServer();
    const refusal = Object.assign(new Error('version'), { code: 9, details: 'version' });
    addService(
      server,
      LinkServiceDefinition,
      { attach: (call) => void call.on('data', () => call.emit('error', refusal)) },
      { newRequestId: () => '' },
    );
    const port = await startServer(server, '127.0.0.1', 0);
    closers.push(() => stopServer(server, 100));
    const address = `127.0.0.1:${port}`;
    const { pool, registry } = startPool([{ nodeId: 'logic-0', bootId: 'l0', address }]);
    await vi.waitFor(
      async () => {
        const text = await registry.getSingleMetricAsString('queqiao_link_streams_total');
        expect(text).toMatch(/event="refused"} [1-9]/);
      },
      { timeout: 30_000 },
    );
    expect(pool.attachedCount()).toBe(0);
  });

  it('says goodbye when it stops', async () => {
    const logic = await startEcho();
    const { pool } = startPool([logic]);
    await until(() => expect(pool.attachedCount()).toBe(1));
    pool.stop();
    await until(() => expect(logic.requests.at(-1)?.goodbye).toBe(true));
  });

  it('can wait until its goodbye has arrived, since the process may exit then', async () => {
    const logic = await startEcho();
    const { pool, dialer } = startPool([logic]);
    await until(() => expect(pool.attachedCount()).toBe(1));
    pool.stop();
    expect(logic.requests.at(-1)?.goodbye).not.toBe(true);
    await dialer.goodbyes();
    expect(logic.requests.at(-1)?.goodbye).toBe(true);
  });

  it('does not wait for ever for a logic node that does not answer the goodbye', async () => {
    const logic = await startEcho({ answersGoodbye: false });
    const { pool, dialer } = startPool([logic]);
    await until(() => expect(pool.attachedCount()).toBe(1));
    pool.stop();
    await dialer.goodbyes();
    expect(logic.requests.at(-1)?.goodbye).toBe(true);
  });
});
