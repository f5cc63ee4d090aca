import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';

/** A TCP connection to the port of a URL, for what no WebSocket library would send. */
export async function rawSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Resolves when the connection has ended, in good order or by a reset. */
export function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

/** What came back until the other side closed, or `limit` bytes. */
export async function answerTo(url: string, request: string, limit = 4_096): Promise<string> {
  const socket = await rawSocket(url);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
    if (answer.length >= limit || answer.includes('\r\n\r\n')) socket.destroy();
  });
  socket.write(request);
  await ended(socket);
  return answer;
}

/** An upgrade request; `headers` win over the usual ones, and an undefined one leaves its header out. */
export function upgradeRequest(
  headers: Record<string, string | undefined> = {},
  path = '/ws',
): string {
  const all: Record<string, string | undefined> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'queqiao.v1.proto',
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value ?? ''}`);
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** A raw socket that has been upgraded. */
export async function upgraded(url: string): Promise<Socket> {
  const socket = await rawSocket(url);
  socket.write(upgradeRequest());
  await once(socket, 'data');
  return socket;
}

/** One WebSocket frame; `mask: false` is what clients must not send. */
export function webSocketFrame(
  firstByte: number,
  payload: Uint8Array,
  options: { readonly mask: boolean } = { mask: true },
): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([firstByte, length])
      : Buffer.from([firstByte, 126, Math.floor(length / 256), length % 256]);
  if (!options.mask) return Buffer.concat([head, payload]);
  head[1] = (head[1] ?? 0) | 0x80;
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
