import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import { encodeItems } from '@queqiao/protocol/client';
import { createLogger } from '@queqiao/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callItem, connectItem, Device, startConnect, type ConnectRig } from './connect-rig.js';

/** In every token and every text of this file, and in nothing else. */
const SECRET = 'hush-hush';

const lines: string[] = [];
let redis: RedisServer;
let rig: ConnectRig;

beforeAll(async () => {
  redis = await startRedis();
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: 'connect', node: 'n', level: 'trace', destination });
  rig = await startConnect(redis.url, {}, { logger });
});
afterAll(() => redis.stop());

/** Sign-ins of every outcome. */
async function signIns(codec: 'proto' | 'json'): Promise<void> {
  const outcomes: [token: string, code: number][] = [
    [`bad/${SECRET}`, 4202],
    [`expired/${SECRET}`, 4100],
    [`banned/${SECRET}`, 4204],
    [`away/${SECRET}`, 4003],
    [SECRET.repeat(10_000), 4201],
  ];
  for (const [token, code] of outcomes) {
    const device = await Device.open(rig.url, codec);
    device.send(connectItem(token));
    expect(await device.closed, token.slice(0, 20)).toBe(code);
  }
}

async function garbage(codec: 'proto' | 'json'): Promise<void> {
  const connect = encodeItems([{ item: connectItem(`app/ann/${SECRET}`) }]);
  const broken = {
    proto: [connect.subarray(0, connect.length - 3), Buffer.from(SECRET)],
    json: [
      `{"connect":{"token":"${SECRET}"`,
      `{"${SECRET}":{}}`,
      `{"connect":{"token":["${SECRET}"]}}`,
    ],
  };
  for (const message of broken[codec]) {
    const device = await Device.open(rig.url, codec);
    device.ws.send(message);
    expect(await device.closed).toBe(4201);
  }
  const large = await Device.open(rig.url, codec);
  const text = SECRET.repeat(40_000);
  large.ws.send(codec === 'proto' ? Buffer.from(text) : text);
  expect(await large.closed).toBe(4206);
}

/** A signed-in life: calls of every outcome, pushes, refreshes good and bad. */
async function session(codec: 'proto' | 'json'): Promise<void> {
  const token = `app/ann/3600000/${SECRET}`;
  const device = await Device.signedIn(rig.url, token, `d-${codec}`, { codec });
  const body = Buffer.from(codec === 'proto' ? SECRET : JSON.stringify({ text: SECRET }));
  for (const [index, method] of ['Send', 'Fail', 'Lost'].entries()) {
    const call = callItem(index + 1, method);
    if (call.$case === 'call')
      device.send({ $case: 'call', value: { ...call.value, body, requestId: `mine-${method}` } });
    await device.next('reply', index);
  }
  device.send({ $case: 'refresh', value: { token: `app/ann/${SECRET}` } });
  await device.next('connected', 1);
  const id = Number((await device.next('connected')).value.sessionId.split('-')[1]);
  const resync = { conversationId: 'c', reason: SECRET };
  const down = { sessions: [id], users: [], exceptSession: 0, largeJoin: undefined };
  rig.logic.handlers?.deliver({
    ...down,
    protoFrame: encodeItems([{ item: { $case: 'resync', value: resync } }]),
    jsonItem: Buffer.from(JSON.stringify({ resync })),
  });
  expect((await device.next('resync')).value.reason).toBe(SECRET);
  device.send({ $case: 'refresh', value: { token: 'bad' } });
  expect(await device.closed).toBe(4202);
}

it('tokens and texts reach neither a log nor a metric, whatever is wrong with them', async () => {
  for (const codec of ['proto', 'json'] as const) {
    await signIns(codec);
    await garbage(codec);
    await session(codec);
  }
  // What fails unexpectedly is logged in full: it must not bring along what was being worked on.
  await redis.kill();
  const unregistered = await Device.signedIn(rig.url, `app/bob/3600000/${SECRET}`, 'd3');
  const metrics = await rig.connect.registry.metrics();
  await rig.connect.drain();
  await rig.connect.stop();
  expect(await unregistered.closed).toBe(4000);
  expect(metrics).toContain('queqiao_connect_closes_total{');
  expect(lines.join('')).toContain('directory connection lost');
  expect(lines.join('')).toContain('"draining"');
  // Every call that failed can be found by the name that the device gave it.
  for (const failed of ['mine-Fail', 'mine-Lost']) expect(lines.join('')).toContain(failed);
  expect(`${lines.join('')}${metrics}`).not.toContain(SECRET);
});
