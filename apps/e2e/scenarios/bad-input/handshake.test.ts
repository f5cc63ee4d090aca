import { BareDevice } from '@queqiao/testkit';
import { describe, expect, it } from 'vitest';
import {
  answerTo,
  ended,
  rawSocket,
  upgraded,
  upgradeRequest,
  webSocketFrame,
} from '../../src/raw-http.js';
import { useCluster } from '../../src/scenario.js';

/** A frame without a mask is too short to the server, which then waits for its end until the sign-in is late. */
const connectEnv = { QUEQIAO_SIGN_IN_MS: '4000' };
const cluster = useCluster({ connect: 1, logic: 1, connectEnv });
const url = () => cluster().connectAt(0).socketUrl;

async function expectServing(): Promise<void> {
  const token = await cluster().app.token('ann');
  const device = await BareDevice.signIn(url(), { token, deviceId: 'd1', generation: Date.now() });
  await device.close();
}

describe('the upgrade', () => {
  it.each([
    ['an unknown subprotocol', { 'Sec-WebSocket-Protocol': 'queqiao.v9.cbor' }],
    ['no subprotocol', { 'Sec-WebSocket-Protocol': undefined }],
    ['another version', { 'Sec-WebSocket-Version': '8' }],
  ])('answers 400 to %s', async (_, headers) => {
    expect(await answerTo(url(), upgradeRequest(headers))).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([undefined, 'short'])('is no upgrade with the key %j', async (key) => {
    const answer = await answerTo(url(), upgradeRequest({ 'Sec-WebSocket-Key': key }));
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('answers 404 elsewhere', async () => {
    expect(await answerTo(url(), upgradeRequest({}, '/'))).toMatch(/^HTTP\/1\.1 404 /);
    expect(await answerTo(url(), 'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/ 404 /);
  });

  it.each([
    ['huge headers', upgradeRequest({ 'X-Long': 'x'.repeat(300_000) })],
    ['no HTTP at all', '\0\x01\x02\r\n\r\n'.repeat(100)],
    ['a line without an end', 'GET /'.padEnd(100_000, 'a')],
  ])('ends a connection that sends %s', async (_, request) => {
    const socket = await rawSocket(url());
    socket.resume();
    socket.write(request);
    socket.end();
    await ended(socket);
    await expectServing();
  });

  it('survives an abort in the middle', async () => {
    const request = upgradeRequest();
    for (let cut = 1; cut < request.length; cut += 7) {
      const socket = await rawSocket(url());
      socket.write(request.slice(0, cut));
      socket.destroy();
    }
    await expectServing();
  });
});

describe('WebSocket frames that no client may send', () => {
  const [text, binary] = [0x81, 0x82];
  it.each([
    ['unmasked', webSocketFrame(binary, Buffer.from('abc'), { mask: false })],
    ['with reserved bits', webSocketFrame(binary | 0x70, Buffer.from('abc'))],
    ['of an unknown kind', webSocketFrame(0x8b, Buffer.from('abc'))],
    ['continuing nothing', webSocketFrame(0x80, Buffer.from('abc'))],
    ['text that is not UTF-8', webSocketFrame(text, Buffer.from([0xff, 0xfe, 0xc0]))],
    ['a fragmented ping', webSocketFrame(0x09, Buffer.from('abc'))],
    ['a ping that is too long', webSocketFrame(0x89, Buffer.alloc(200))],
  ])('%s: the connection ends', async (_, frame) => {
    const socket = await upgraded(url());
    socket.resume();
    socket.write(frame);
    await ended(socket);
    await expectServing();
  });

  it('fragments without an end: the connection ends before they take memory', async () => {
    const socket = await upgraded(url());
    socket.resume();
    const closed = ended(socket);
    socket.write(webSocketFrame(0x02, Buffer.alloc(16_000)));
    let sent = 0;
    while (!socket.destroyed) {
      socket.write(webSocketFrame(0x00, Buffer.alloc(16_000)));
      await new Promise((resolve) => setImmediate(resolve));
      sent += 1;
      expect(sent).toBeLessThan(20_000);
    }
    await closed;
    await expectServing();
  });

  it('a flood of pings harms nobody', async () => {
    const socket = await upgraded(url());
    socket.resume();
    for (let count = 0; count < 20_000; count += 1)
      socket.write(webSocketFrame(0x89, Buffer.alloc(100)));
    await expectServing();
    socket.destroy();
  });
});
