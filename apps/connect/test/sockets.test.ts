import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import { encodeItems } from '@queqiao/protocol/client';
import { offsetClock } from '@queqiao/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  callItem,
  connectItem,
  Device,
  eventually,
  rawRequest,
  startConnect,
  type ConnectRig,
} from './connect-rig.js';

let redis: RedisServer;
let rig: ConnectRig;

beforeAll(async () => {
  redis = await startRedis();
  rig = await startConnect(redis.url);
});
afterAll(async () => {
  await rig.connect.stop();
  await redis.stop();
});

function upgrade(headers: Record<string, string>): string {
  const lines = Object.entries({
    host: 'x',
    upgrade: 'websocket',
    connection: 'Upgrade',
    ...headers,
  });
  return `GET /ws HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

const KEY = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
const VERSION = { 'sec-websocket-version': '13' };

describe('handshake', () => {
  it.each([
    ['no subprotocol', { ...KEY, ...VERSION }, 400],
    ['another subprotocol', { ...KEY, ...VERSION, 'sec-websocket-protocol': 'mqtt' }, 400],
    [
      'a wrong version',
      { ...KEY, 'sec-websocket-version': '8', 'sec-websocket-protocol': 'queqiao.v1.json' },
      400,
    ],
    [
      'a short key',
      { 'sec-websocket-key': 'x', ...VERSION, 'sec-websocket-protocol': 'queqiao.v1.json' },
      404,
    ],
  ])('refuses %s', async (_name, headers, status) => {
    const answer = await rawRequest(rig.connect.ports.socket, upgrade(headers));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('takes the first subprotocol of the client’s list that it speaks', async () => {
    const ws = new WebSocket(rig.url, ['mqtt', 'queqiao.v1.json', 'queqiao.v1.proto']);
    await new Promise((resolve) => ws.on('open', resolve));
    expect(ws.protocol).toBe('queqiao.v1.json');
    ws.terminate();
  });

  it('survives huge headers and an abort in the middle', async () => {
    const huge = upgrade({ ...KEY, ...VERSION, 'x-filler': 'x'.repeat(100_000) });
    expect(await rawRequest(rig.connect.ports.socket, huge)).not.toMatch(/ 101 /);
    for (let n = 0; n < 20; n += 1) {
      const ws = new WebSocket(rig.url, 'queqiao.v1.proto');
      ws.on('error', () => undefined);
      ws.terminate();
    }
    await Device.signedIn(rig.url);
  });

  it('answers other paths with 404', async () => {
    const response = await fetch(`http://127.0.0.1:${rig.connect.ports.socket}/`);
    expect(response.status).toBe(404);
  });

  it('passes the origin on to logic and closes 4205 when it is refused', async () => {
    const device = await Device.open(rig.url, 'proto', 'https://evil.example');
    device.send(connectItem('foreign'));
    expect(await device.closed).toBe(4205);
    expect(rig.logic.opens.at(-1)?.origin).toBe('https://evil.example');
    expect(rig.logic.opens.at(-1)?.remoteAddress).toContain('127.0.0.1');
  });
});

describe.each(['proto', 'json'] as const)('%s', (codec) => {
  it('signs in, calls, pings and gets pushes', async () => {
    const device = await Device.signedIn(rig.url, `app/${codec}`, `dev-${codec}`, { codec });
    const body = codec === 'proto' ? Uint8Array.of(9, 8) : new TextEncoder().encode('{"a":[1]}');
    device.send({
      $case: 'call',
      value: { id: 7, method: 'queqiao.client.v1.M/Echo', body, affinity: 'c', requestId: '' },
    });
    const reply = await device.next('reply');
    expect(reply.value.id).toBe(7);
    const result = reply.value.result;
    expect(result?.$case === 'body' ? Buffer.from(result.value) : result).toEqual(
      Buffer.from(body),
    );
    device.send({ $case: 'ping', value: {} });
    expect((await device.next('pong')).value.serverMs).toBeGreaterThan(0);
    device.send({ $case: 'refresh', value: { token: 'new' } });
    await device.next('connected', 1);
    const failing = {
      id: 8,
      method: 'queqiao.client.v1.M/Fail',
      body,
      affinity: '',
      requestId: '',
    };
    device.send({ $case: 'call', value: failing });
    expect((await device.next('reply', 1)).value.result).toMatchObject({ value: { code: 7 } });

    const session = Number(((await device.next('connected')).value.sessionId.split('-') ?? [])[1]);
    const item = {
      item: { $case: 'resync', value: { conversationId: 'c', reason: 'r' } },
    } as const;
    const down = { sessions: [session], users: [], exceptSession: 0, largeJoin: undefined };
    const jsonItem = new TextEncoder().encode('{"resync":{"conversationId":"c","reason":"r"}}');
    const before = device.messages.length;
    for (let n = 0; n < 3; n += 1)
      rig.logic.handlers?.deliver({ ...down, protoFrame: encodeItems([item]), jsonItem });
    await device.next('resync', 2);
    expect(device.messages.length - before).toBe(1);
    device.ws.close();
    await device.closed;
  });

  it('closes 4201 when text and binary mix', async () => {
    const device = await Device.open(rig.url, codec);
    device.ws.send(codec === 'proto' ? '{"ping":{}}' : Buffer.from([1]));
    expect(await device.closed).toBe(4201);
    expect((await device.next('disconnect')).value.code).toBe(4201);
  });

  it('closes 4206 above 256 KiB and cuts above 1 MiB', async () => {
    const fill = (bytes: number) => (codec === 'proto' ? Buffer.alloc(bytes) : 'x'.repeat(bytes));
    const large = await Device.open(rig.url, codec);
    large.ws.send(fill(256 * 1024 + 1));
    expect(await large.closed).toBe(4206);
    const huge = await Device.open(rig.url, codec);
    huge.ws.send(fill(1024 * 1024 + 1));
    expect(await huge.closed).toBe(1006);
  });
});

describe('close codes', () => {
  it.each([
    ['bad', 4202],
    ['expired', 4100],
    ['banned', 4204],
    ['away', 4003],
  ])('%s closes %i after a disconnect item with the same code', async (token, code) => {
    const device = await Device.open(rig.url);
    device.send(connectItem(token));
    expect(await device.closed).toBe(code);
    expect((await device.next('disconnect')).value.code).toBe(code);
  });

  it('4201: a call before the sign-in', async () => {
    const device = await Device.open(rig.url);
    device.send(callItem(1));
    expect(await device.closed).toBe(4201);
    expect(rig.logic.callersOf('Send')).not.toContainEqual(
      expect.objectContaining({ deviceId: '' }),
    );
  });

  // Each on a node of its own: a machine that is slow for a moment would be late by all of these limits.
  it.each([
    ['4005: no sign-in', { QUEQIAO_SIGN_IN_MS: '100' }, (url: string) => Device.open(url), 4005],
    [
      '4001: silence',
      { QUEQIAO_SILENCE_MS: '4000', QUEQIAO_PING_INTERVAL_MS: '2000' },
      (url: string) => Device.signedIn(url, 'app/silent', 'ds'),
      4001,
    ],
  ])('%s', async (_, env, arrive, code) => {
    const strict = await startConnect(redis.url, { QUEQIAO_NODE_ID: 'strict', ...env });
    try {
      expect(await (await arrive(strict.url)).closed).toBe(code);
    } finally {
      await strict.connect.stop();
    }
  });

  it('4100: the token ends', async () => {
    const expiring = await Device.signedIn(rig.url, 'app/short/5000', 'dt');
    expect((await expiring.next('push')).value.event?.$case).toBe('tokenExpiring');
    expect(await expiring.closed).toBe(4100);
  });

  it.each([
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ])('4100 at the end of the token also on a node whose clock is an hour %s', async (_, offMs) => {
    const env = { QUEQIAO_NODE_ID: 'off', QUEQIAO_TOKEN_WARNING_MS: '4500' };
    const off = await startConnect(redis.url, env, { clock: offsetClock(offMs) });
    try {
      const device = await Device.signedIn(off.url, 'app/off/5000', 'doff');
      const { serverMs, tokenExpiresMs } = (await device.next('connected')).value;
      // Less what the registration took, and never by an hour wrong.
      expect(tokenExpiresMs - serverMs).toBeLessThanOrEqual(5_000);
      expect(tokenExpiresMs - serverMs).toBeGreaterThan(-60_000);
      expect((await device.next('push')).value.event?.$case).toBe('tokenExpiring');
      expect(await device.closed).toBe(4100);
    } finally {
      await off.connect.stop();
    }
  });

  it('4203: a newer session of the same device', async () => {
    const old = await Device.signedIn(rig.url, 'app/twice', 'dx', { generation: 1 });
    const newer = await Device.signedIn(rig.url, 'app/twice', 'dx', { generation: 2 });
    expect(await old.closed).toBe(4203);
    const older = await Device.open(rig.url);
    older.send(connectItem('app/twice', 'dx', 1));
    expect(await older.closed).toBe(4203);
    newer.ws.close();
  });

  it('4002: a device that stops reading, without a word from the transport', async () => {
    const device = await Device.signedIn(rig.url, 'app/slow', 'dslow');
    const session = Number((await device.next('connected')).value.sessionId.split('-')[1]);
    const reason = 'x'.repeat(60_000);
    const protoFrame = encodeItems([
      { item: { $case: 'resync', value: { conversationId: '', reason } } },
    ]);
    const down = {
      sessions: [session],
      users: [],
      exceptSession: 0,
      jsonItem: new Uint8Array(),
      largeJoin: undefined,
    };
    device.ws.pause();
    const slow = rig.connect.registry.getSingleMetric('queqiao_connect_slow_consumers_total');
    await eventually(async () => {
      for (let n = 0; n < 20; n += 1) rig.logic.handlers?.deliver({ ...down, protoFrame });
      return ((await slow?.get())?.values[0]?.value ?? 0) > 0;
    }, 1);
    device.ws.resume();
    expect(await device.closed).toBe(4002);
    expect((await device.next('disconnect')).value.code).toBe(4002);
  });
});

describe('64 calls', () => {
  it('are taken at once, one more is refused, and all are answered', async () => {
    const device = await Device.signedIn(rig.url, 'app/busy', 'dbusy');
    for (let id = 0; id < 65; id += 1) device.send(callItem(id, 'Hang'));
    const refused = await device.next('reply');
    expect(refused.value).toMatchObject({ id: 64, result: { value: { code: 17 } } });
    rig.logic.release();
    await device.next('reply', 64);
    const answered = device.items.flatMap((item) =>
      item.$case === 'reply' ? [item.value.id] : [],
    );
    expect(answered.sort((a, b) => a - b)).toEqual(Array.from({ length: 65 }, (_, id) => id));
  });
});

describe('damaged frames', () => {
  it('answers a frame cut at every byte with its items or with 4201', async () => {
    const frame = encodeItems([{ item: connectItem('app/cut', 'dcut') }, { item: callItem(1) }]);
    const first = encodeItems([{ item: connectItem('app/cut', 'dcut') }]).length;
    for (let length = 0; length < frame.length; length += 1) {
      const device = await Device.open(rig.url);
      device.ws.send(frame.subarray(0, length));
      if (length === 0 || length === first) {
        device.send(connectItem('app/cut2', 'dcut'));
      }
      // The cut that is a whole connect is followed by a second one; the empty frame by a first one.
      if (length === 0) await device.next('connected');
      else expect(await device.closed).toBe(4201);
      device.ws.terminate();
    }
  });

  it('names the field of a malformed JSON item', async () => {
    const device = await Device.open(rig.url, 'json');
    device.ws.send('{"connect":{"token":5}}');
    expect(await device.closed).toBe(4201);
    const error = (await device.next('disconnect')).value.error;
    expect(error).toMatchObject({ code: 1, field: 'connect.token' });
  });
});
