import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import { encodeItems } from '@queqiao/protocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callItem, connectItem, Device, startConnect } from './connect-rig.js';
import { selfSigned } from './self-signed.js';

let redis: RedisServer;
let dir: string;
const { key, certificate } = selfSigned();

beforeAll(async () => {
  redis = await startRedis();
  dir = mkdtempSync(join(tmpdir(), 'queqiao-tls-'));
  writeFileSync(join(dir, 'key.pem'), key, { mode: 0o600 });
  writeFileSync(join(dir, 'certificate.pem'), certificate);
  writeFileSync(join(dir, 'other.pem'), selfSigned().certificate);
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await redis.stop();
});

function startWith(keyFile: string, certificateFile: string) {
  return startConnect(redis.url, {
    QUEQIAO_TLS_KEY_FILE: join(dir, keyFile),
    QUEQIAO_TLS_CERTIFICATE_FILE: join(dir, certificateFile),
  });
}

it('speaks TLS with a key and its certificate, and nothing else on that port', async () => {
  const { connect, logic, url } = await startWith('key.pem', 'certificate.pem');
  try {
    expect(url).toMatch(/^wss:/);
    const device = await Device.open(url, 'proto', '', certificate);
    device.send(connectItem('app/ann'));
    const { sessionId } = (await device.next('connected')).value;
    device.send(callItem(1));
    expect((await device.next('reply')).value).toMatchObject({ id: 1, result: { $case: 'body' } });
    // Larger than a TLS record.
    const reason = 'x'.repeat(100_000);
    const item = { $case: 'resync', value: { conversationId: '', reason } } as const;
    const sessions = [Number(sessionId.split('-')[1])];
    const down = {
      sessions,
      users: [],
      exceptSession: 0,
      jsonItem: new Uint8Array(),
      largeJoin: undefined,
    };
    logic.handlers?.deliver({ ...down, protoFrame: encodeItems([{ item }]) });
    expect((await device.next('resync')).value.reason).toBe(reason);
    expect(logic.opens[0]?.remoteAddress).toContain('127.0.0.1');
    await expect(Device.open(url)).rejects.toThrow('self-signed certificate');
    await expect(Device.open(url.replace('wss:', 'ws:'))).rejects.toThrow('socket hang up');
    await connect.drain();
    expect(await device.closed).toBe(4000);
  } finally {
    await connect.stop();
  }
});

it.each([
  ['a file that is not there', 'key.pem', 'nowhere.pem', 'ENOENT'],
  ['a certificate of another key', 'key.pem', 'other.pem', 'mismatch'],
  ['a certificate in the place of the key', 'certificate.pem', 'certificate.pem', 'unsupported'],
])('does not start with %s, and says why', async (_, keyFile, certificateFile, reason) => {
  const failure: unknown = await startWith(keyFile, certificateFile).catch(
    (error: unknown) => error,
  );
  const cause = failure instanceof Error ? failure.cause : undefined;
  expect(cause).toMatchObject({
    message: expect.stringContaining(`certificate ${join(dir, certificateFile)}: `) as string,
  });
  expect(String(cause)).toContain(reason);
});
