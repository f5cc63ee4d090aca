import { once } from 'node:events';
import {
  ConversationServiceDefinition,
  SyncConversationsResponse,
  decodeFrame,
  encodeItems,
  type Item,
} from '@queqiao/protocol/client';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createClient, Platform, type QueqiaoClient } from '../../src/index.js';

let server: WebSocketServer | undefined;
let client: QueqiaoClient | undefined;

afterEach(() => {
  client?.stop();
  for (const socket of server?.clients ?? []) socket.terminate();
  server?.close();
});

function answer(item: Item['item']): Item['item'] {
  if (item?.$case === 'connect') {
    return {
      $case: 'connected',
      value: {
        sessionId: 's',
        appId: 'demo',
        userId: item.value.token,
        logEpoch: 1,
        serverMs: 1,
        tokenExpiresMs: 3_600_000,
        pingIntervalMs: 25_000,
        silenceLimitMs: 60_000,
      },
    };
  }
  if (item?.$case !== 'call') return undefined;
  const { responseType } = ConversationServiceDefinition.methods.syncConversations;
  const value = responseType
    .encode(SyncConversationsResponse.create({ cursor: new Uint8Array([1]), logEpoch: 1 }))
    .finish();
  return { $case: 'reply', value: { id: item.value.id, result: { $case: 'body', value } } };
}

it('signs in over a real socket of this platform, and reports the real close code', async () => {
  server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => offered.has('queqiao.v1.proto') && 'queqiao.v1.proto',
  });
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      for (const { item } of decodeFrame(data)) {
        socket.send(encodeItems([{ item: answer(item) }]));
      }
    });
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const online = createClient({
    url: `ws://127.0.0.1:${address.port}/ws`,
    token: 'alice',
    device: { id: 'd1', platform: Platform.LINUX },
  });
  client = online;
  const reached = (name: string) =>
    new Promise<void>((resolve) => {
      online.on('state', (state) => (state.name === name ? resolve() : undefined));
    });
  const up = reached('online');
  online.start();
  await up;
  expect(online.userId).toBe('alice');
  const out = reached('signed-out');
  for (const socket of server.clients) socket.close(4203, 'replaced');
  await out;
  expect(online.state).toEqual({ name: 'signed-out', code: 4203, reason: 'replaced' });
});
