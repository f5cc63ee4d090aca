import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import {
  addService,
  createGrpcClient,
  createGrpcServer,
  startServer,
  stopServer,
} from '@queqiao/grpc-kit';
import type { AttachRequest, AttachResponse } from '@queqiao/protocol/link';
import { FakeClock } from '@queqiao/runtime/testing';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { after, LinkServiceDefinition, listen, userService } from './rig.js';

type Attach = ServerDuplexStream<AttachRequest, AttachResponse>;

async function linkService(attach: (call: Attach) => void) {
  const { server, address } = await listen((each) => {
    addService(each, LinkServiceDefinition, { attach }, { newRequestId: () => 'r' });
  });
  const client = createGrpcClient(LinkServiceDefinition, address, { ownConnection: true });
  after(() => client.close());
  return { server, client };
}

/** Sends every number back and ends with the caller. */
function echo(call: Attach): void {
  call.on('error', () => undefined);
  call.on('data', (request: AttachRequest) => {
    call.write(answer(request.firstNumber));
  });
  call.on('end', () => call.end());
}

function frame(firstNumber: number): AttachRequest {
  return { hello: undefined, firstNumber, ack: 0, items: [], goodbye: false };
}

function answer(firstNumber: number): AttachResponse {
  return { welcome: undefined, firstNumber, ack: 0, items: [], draining: false };
}

describe('a bidi stream', () => {
  it('carries frames both ways in order and ends cleanly', async () => {
    const { client } = await linkService(echo);
    const stream = client.attach();
    const numbers = [1, 2, 3, 2 ** 40];
    for (const number of numbers) stream.write(frame(number));
    stream.end();
    const seen: number[] = [];
    for await (const each of stream) seen.push((each as AttachResponse).firstNumber);
    expect(seen).toEqual(numbers);
  });

  it('is cancelled by its signal on both sides', async () => {
    let cancelled: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (cancelled = resolve));
    const { client } = await linkService((call) => {
      echo(call);
      call.on('cancelled', cancelled);
    });
    const abort = new AbortController();
    const stream = client.attach({ signal: abort.signal });
    stream.write(frame(1));
    await once(stream, 'data');
    const failed = once(stream, 'error');
    abort.abort();
    const [error] = (await failed) as [{ code: number }];
    expect(error.code).toBe(status.CANCELLED);
    await told;
  });
});

describe('stopServer', () => {
  it('cuts an open stream at its deadline instead of waiting for ever', async () => {
    const { server, client } = await linkService(echo);
    const stream = client.attach();
    stream.write(frame(1));
    await once(stream, 'data');
    const failed = once(stream, 'error');
    const clock = new FakeClock();
    const stop = stopServer(server, 5_000, clock);
    await clock.advanceAsync(4_999);
    stream.write(frame(2));
    await once(stream, 'data');
    await clock.advanceAsync(1);
    expect(await stop).toBe(false);
    await failed;
  });

  it('lets a running call finish and takes no new one', async () => {
    let finish: () => void = () => undefined;
    let entered: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const { server, client } = await userService(() => {
      entered();
      return new Promise((resolve) => (finish = () => resolve({ users: [] })));
    });
    const running = client.getUsers({ userIds: [] });
    await inside;
    const clock = new FakeClock();
    const stop = stopServer(server, 5_000, clock);
    const late = client.getUsers({ userIds: [] }, { deadlineMs: 2_000 }).then(
      () => 'answered',
      () => 'refused',
    );
    finish();
    await expect(running).resolves.toEqual({ users: [] });
    expect(await stop).toBe(true);
    expect(await late).toBe('refused');
    expect(clock.pending).toBe(0);
  });

  it('may be called twice, and without a start', async () => {
    const server = createGrpcServer();
    await stopServer(server, 1_000);
    expect(typeof (await stopServer(server, 1_000))).toBe('boolean');
  });
});

describe('startServer', () => {
  it('rejects when the port is taken', async () => {
    const { address } = await listen(() => undefined);
    const port = Number(address.split(':')[1]);
    await expect(startServer(createGrpcServer(), '127.0.0.1', port)).rejects.toThrow('EADDRINUSE');
  });
});
