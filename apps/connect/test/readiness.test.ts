import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Device, startConnect, type ConnectRig } from './connect-rig.js';

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

it('is the link’s, and a node that is not ready keeps its sockets and takes new ones', async () => {
  const ready = () => fetch(`http://127.0.0.1:${rig.connect.ports.operations}/readyz`);
  expect((await ready()).status).toBe(200);
  const before = await Device.signedIn(rig.url, 'app/ann', 'd1');
  const lost = { ready: false, reasons: ['link: no logic node attached'] };
  rig.logic.readiness = () => lost;
  const answer = await ready();
  expect([answer.status, await answer.json()]).toEqual([503, lost]);
  await Device.signedIn(rig.url, 'app/bob', 'd2');
  expect(before.ws.readyState).toBe(before.ws.OPEN);
});
