import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { TcpProxy } from './tcp-proxy.js';

let server: Server;
let proxy: TcpProxy;
let accepted: Socket[];
let heard: string;

/** A server that repeats what it hears, and a proxy before it. */
beforeEach(async () => {
  [accepted, heard] = [[], ''];
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard += data.toString();
      socket.write(data);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await TcpProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  await proxy.stop();
  for (const socket of accepted) socket.destroy();
  server.close();
});

async function dial() {
  const socket = connect(proxy.port, '127.0.0.1');
  const state = { socket, text: '', closed: false };
  socket.on('data', (data) => (state.text += data.toString()));
  socket.on('error', () => undefined);
  socket.on('close', () => (state.closed = true));
  await once(socket, 'connect');
  return state;
}

it('swallows one direction, and passes on what waited when it is healed', async () => {
  const client = await dial();
  client.socket.write('a');
  await eventually('a comes back', () => client.text === 'a');
  proxy.blackHole('down', true);
  client.socket.write('b');
  await eventually('b goes up', () => heard === 'ab');
  expect(client.text).toBe('a');
  proxy.blackHole('down', false);
  await eventually('b comes back', () => client.text === 'ab');
});

it('keeps even the end of a connection inside a black hole', async () => {
  const client = await dial();
  client.socket.write('a');
  await eventually('a comes back', () => client.text === 'a');
  for (const way of ['up', 'down'] as const) proxy.blackHole(way, true);
  accepted[0]?.destroy();
  const other = await dial();
  other.socket.write('x');
  expect([client.closed, heard]).toEqual([false, 'a']);
  for (const way of ['up', 'down'] as const) proxy.blackHole(way, false);
  await eventually('the end arrives', () => client.closed);
  await eventually('the other one is served', () => other.text === 'x');
});

it('cuts before or after a chunk is passed on', async () => {
  const [first, second] = [await dial(), await dial()];
  proxy.judge = (direction) => (direction === 'down' ? 'cut' : 'pass');
  first.socket.write('lost answer');
  await eventually('the connection ends', () => first.closed);
  expect([heard, first.text]).toEqual(['lost answer', '']);
  proxy.judge = (direction) => (direction === 'up' ? 'pass-and-cut' : 'pass');
  second.socket.write('!');
  await eventually('the connection ends', () => second.closed);
  await eventually('it went up', () => heard === 'lost answer!');
  expect(proxy.cuts).toBe(2);
});

it('holds a chunk and what comes behind it on that connection, until it is let go', async () => {
  const [client, other] = [await dial(), await dial()];
  proxy.judge = (direction, chunk) =>
    direction === 'up' && chunk.toString() === 'a' ? 'hold' : 'pass';
  client.socket.write('a');
  other.socket.write('x');
  await eventually('x comes back', () => other.text === 'x');
  client.socket.write('b');
  other.socket.write('y');
  await eventually('y comes back', () => other.text === 'xy');
  expect(client.text).toBe('');
  proxy.judge = () => 'pass';
  proxy.letGo();
  await eventually('both come back', () => client.text === 'ab');
});
