import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';

const launcher = fileURLToPath(new URL('../../ws', import.meta.url));
const servers: WebSocketServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});

interface Item {
  readonly [kind: string]: Record<string, unknown> | undefined;
}

/** A server that is handed every item with the socket to answer on. */
async function serve(answer: (item: Item, socket: WebSocket) => void): Promise<string> {
  const handleProtocols = (offered: Set<string>) =>
    offered.has('queqiao.v1.json') && 'queqiao.v1.json';
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols });
  servers.push(server);
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      answer(JSON.parse(Buffer.from(data as Buffer).toString()) as Item, socket);
    });
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `ws://127.0.0.1:${address.port}/ws`;
}

async function run(
  url: string,
  input: string,
): Promise<{ code: number; out: Item[]; err: string }> {
  const child = spawn(launcher, ['--url', url, '--token', 'a-token', '--device', 'd1']);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, out: lines.map((line) => JSON.parse(line) as Item), err };
}

it('signs in, sends the lines of its input and prints what comes back, then leaves', async () => {
  const seen: Item[] = [];
  const url = await serve((item, socket) => {
    seen.push(item);
    if (item.connect) socket.send('{"connected":{"userId":"alice","pingIntervalMs":"25000"}}');
    const id = item.call?.['id'];
    if (id !== undefined)
      socket.send(JSON.stringify([{ push: {} }, { reply: { id, body: { seq: '1' } } }]));
  });
  const { code, out, err } = await run(url, '/send d:alice:bob hi there\n{"ping":{}}\nwhat\n');
  expect(seen).toMatchObject([
    { connect: { token: 'a-token', device: { id: 'd1' } } },
    { call: { id: 1, body: { content: { text: { text: 'hi there' } } } } },
    { ping: {} },
  ]);
  expect(out).toEqual([
    { connected: { userId: 'alice', pingIntervalMs: '25000' } },
    { push: {} },
    { reply: { id: 1, body: { seq: '1' } } },
  ]);
  expect(err).toContain('/help');
  expect(code).toBe(0);
});

it('pings by itself', async () => {
  const url = await serve((item, socket) => {
    if (item.connect) socket.send('{"connected":{"pingIntervalMs":"20"}}');
    if (item.ping) socket.close(4000, 'enough');
  });
  // The input stays open: only the server's answer to a ping ends this run.
  const child = spawn(launcher, ['--url', url, '--token', 't']);
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
});

it('says why it was not let in', async () => {
  const url = await serve((_item, socket) => {
    socket.send('{"disconnect":{"code":4202,"reason":"token refused"}}');
    socket.close(4202, 'token refused');
  });
  const { code, out, err } = await run(url, '');
  expect(code).toBe(1);
  expect(out).toHaveLength(1);
  expect(err).toContain('4202 token refused');
});
