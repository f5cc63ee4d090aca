import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import { encodeItems } from '@queqiao/protocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { callItem, connectItem, Device } from './connect-rig.js';

const MEBIBYTE = 1024 * 1024;
const PARALLEL = 50;

let redis: RedisServer;
let node: ChildProcess;
let url: string;

beforeAll(async () => {
  redis = await startRedis();
  const file = new URL('./bad-input-node.ts', import.meta.url);
  const execArgv = ['--expose-gc', '--conditions=queqiao:source', '--import', 'tsx'];
  node = fork(file, [redis.url], { execArgv });
  const [message] = (await once(node, 'message')) as [{ url: string }];
  ({ url } = message);
});
afterAll(async () => {
  const exited = once(node, 'exit');
  node.disconnect();
  await exited;
  await redis.stop();
});

async function rssBytes(): Promise<number> {
  const answer = once(node, 'message');
  node.send('rss');
  const [message] = (await answer) as [{ rssBytes: number }];
  return message.rssBytes;
}

const VALID = encodeItems([{ item: connectItem('app/ann') }, { item: callItem(1) }]);
const DEEP = 10_000;

/** Messages no honest client sends; deterministic, so that a failure can be repeated. */
const BAD: ((n: number) => Buffer | string)[] = [
  (n) => Buffer.from(VALID.subarray(0, 1 + (n % (VALID.length - 1)))),
  (n) => Buffer.from(Array.from({ length: 1 + (n % 300) }, (_, at) => (n * 31 + at * 17) & 0xff)),
  (n) => {
    const flipped = Buffer.from(VALID);
    flipped[n % flipped.length] = n & 0xff;
    return flipped;
  },
  () => Buffer.from([0x0a, 0x80, 0x80, 0x80, 0x80, 0x08]),
  () => Buffer.alloc(200_000, 0x0a),
  () => Buffer.alloc(300_000),
  () => '{"connect":{"token":NaN}}',
  () => '{"__proto__":{"connect":{}}}',
  () => '{"connect":{"token":{"a":1}}}',
  () =>
    '{"connect":{"token":"\\ud800","device":{"id":"\\u0000"},"generation":"-9007199254740993"}}',
  () => '['.repeat(DEEP),
  () => `{"call":{"id":1,"method":"m","body":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}}`,
];

/** One bad message on a socket of its own; resolves with the close code. */
async function misbehave(n: number): Promise<number> {
  const message = (BAD[n % BAD.length] ?? (() => ''))(n);
  const codec = (typeof message === 'string') === (n % 7 !== 0) ? 'json' : 'proto';
  const ws = new WebSocket(url, `queqiao.v1.${codec}`);
  ws.on('error', () => undefined);
  const closed = once(ws, 'close') as Promise<[number]>;
  ws.on('open', () => {
    ws.send(message);
    // A prefix may be a valid sign-in by accident: a message that no state allows ends it.
    ws.send(
      codec === 'json'
        ? '{"pong":{}}'
        : encodeItems([{ item: { $case: 'pong', value: { serverMs: 1 } } }]),
    );
  });
  return (await closed)[0];
}

async function misbehaveTimes(from: number, to: number, codes: Map<number, number>): Promise<void> {
  for (let n = from; n < to; n += PARALLEL) {
    const batch = Array.from({ length: Math.min(PARALLEL, to - n) }, (_, at) => misbehave(n + at));
    for (const code of await Promise.all(batch)) codes.set(code, (codes.get(code) ?? 0) + 1);
  }
}

it(
  'answers 10,000 bad messages with documented codes, in bounded memory',
  { timeout: 240_000 },
  async () => {
    const codes = new Map<number, number>();
    await misbehaveTimes(0, 1_000, codes);
    const before = await rssBytes();
    await misbehaveTimes(1_000, 10_000, codes);
    const after = await rssBytes();
    expect([...codes.keys()].sort((a, b) => a - b)).toEqual([4201, 4206]);
    expect([...codes.values()].reduce((sum, count) => sum + count, 0)).toBe(10_000);
    expect((after - before) / MEBIBYTE).toBeLessThan(32);
    await Device.signedIn(url);
  },
);

/** A masked client frame; `first` is the byte with the flags and the opcode. */
function frame(first: number, payload: Buffer, masked = true): Buffer {
  const head = Buffer.from([first, (masked ? 0x80 : 0) | payload.length]);
  // A mask of zeros leaves the payload as it is.
  return masked ? Buffer.concat([head, Buffer.alloc(4), payload]) : Buffer.concat([head, payload]);
}

/** Upgrades by hand, sends raw bytes, and waits until the server has closed the connection. */
async function rawFrames(subprotocol: string, ...frames: Buffer[]): Promise<void> {
  const { port } = new URL(url);
  const socket = createConnection(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  const headers = [
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
  ];
  headers.push(
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  );
  socket.write(`GET /ws HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toContain(' 101 ');
  // Not `once`, which rejects on an error: being cut while writing is what is expected here.
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('data', () => undefined);
  for (const bytes of frames) socket.write(bytes);
  await ended;
}

it('ends connections that break the WebSocket framing itself', async () => {
  const ping = Buffer.from(encodeItems([{ item: { $case: 'ping', value: {} } }]));
  await rawFrames('queqiao.v1.proto', frame(0xc2, ping));
  await rawFrames('queqiao.v1.json', frame(0x81, Buffer.from([0xff, 0xfe])));
  await rawFrames('queqiao.v1.proto', frame(0x83, ping));
  await rawFrames('queqiao.v1.proto', frame(0x80, ping));
  const endless = [
    frame(0x02, Buffer.alloc(125)),
    ...Array<Buffer>(10_000).fill(frame(0x00, Buffer.alloc(125))),
  ];
  await rawFrames('queqiao.v1.proto', ...endless);
  const device = await Device.signedIn(url, 'app/ann', 'd2');
  expect(device.items.map((item) => item.$case)).toEqual(['connected']);
});
