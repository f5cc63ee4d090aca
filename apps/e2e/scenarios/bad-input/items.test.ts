import {
  encodeItems,
  MessageServiceDefinition as Messages,
  SendRequest,
} from '@queqiao/protocol/client';
import { ErrorCode } from '@queqiao/protocol/common';
import { encodeJsonItem } from '@queqiao/protocol/json';
import { BareDevice, eventually, longRun, type Codec, type Inner } from '@queqiao/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackEnd, codeOf, text } from '../../src/doors.js';
import { Choices, useCluster } from '../../src/scenario.js';

/** The second connect node has little patience, though enough for a test that is kept waiting by the machine. */
const IMPATIENT = {
  QUEQIAO_SIGN_IN_MS: '4000',
  QUEQIAO_SILENCE_MS: '6000',
  QUEQIAO_PING_INTERVAL_MS: '1000',
};
const cluster = useCluster({ connect: 1, logic: 1 });
const url = () => cluster().connectAt(0).socketUrl;
const PROTOCOL_ERROR = 4201;
const GARBAGE = longRun() ? 2_000 : 60;

let generation = 0;
async function signIn(codec: Codec = 'proto'): Promise<BareDevice> {
  const token = await cluster().app.token('ann');
  generation += 1;
  return BareDevice.signIn(url(), { token, deviceId: `${codec}${generation}`, codec });
}

/** Whether the socket still answers, or the code that it was closed with. */
async function fateOf(device: BareDevice): Promise<number | 'serving'> {
  if (device.closeCode === undefined) device.send({ $case: 'ping', value: {} });
  return Promise.race([device.next('pong').then(() => 'serving' as const), device.closed]).catch(
    () => device.closed,
  );
}

const call = (id: number, body: Uint8Array): Inner => {
  const method = 'queqiao.client.v1.MessageService/Send';
  return { $case: 'call', value: { id, method, body, affinity: '', requestId: '' } };
};

beforeAll(async () => {
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, cluster().app);
  await backEnd.upsert('ann', 'bob');
  backEnd.close();
  await cluster().addConnect(IMPATIENT);
});

describe('messages that are no frames', () => {
  it('garbage is refused or means nothing, before and after the sign-in', async () => {
    const choices = new Choices('bad-input');
    const fates = new Map<unknown, number>();
    for (let round = 0; round < GARBAGE; round += 1) {
      const device = round % 2 === 0 ? await signIn() : await BareDevice.open(url());
      const garbage = Uint8Array.from({ length: 1 + choices.below(80) }, () => choices.below(256));
      device.sendRaw(garbage);
      const fate = await fateOf(device);
      fates.set(fate, (fates.get(fate) ?? 0) + 1);
      await device.close();
    }
    expect([...fates.keys()].filter((fate) => fate !== 'serving')).toEqual([PROTOCOL_ERROR]);
  });

  it('a frame cut at any byte is a shorter valid frame or an error', async () => {
    const body = Messages.methods.send.requestType
      .encode(
        SendRequest.create({
          conversationId: 'd:ann:bob',
          clientMsgId: 'cut',
          content: text('cut'),
        }),
      )
      .finish();
    const parts = [encodeItems([{ item: call(1, body) }]), encodeItems([{ item: call(2, body) }])];
    const frame = Buffer.concat(parts);
    const whole = new Set([0, parts[0]?.length, frame.length]);
    for (let cut = 0; cut <= frame.length; cut += 1) {
      const device = await signIn();
      device.sendRaw(frame.subarray(0, cut));
      expect([cut, await fateOf(device)]).toEqual([
        cut,
        whole.has(cut) ? 'serving' : PROTOCOL_ERROR,
      ]);
      await device.close();
    }
  });

  it('JSON cut at any character is an error', async () => {
    const body = new TextEncoder().encode('{"conversationId":"d:ann:bob"}');
    const item = encodeJsonItem({ item: call(1, body) });
    for (let cut = 0; cut < item.length; cut += 1) {
      const device = await signIn('json');
      device.sendRaw(item.slice(0, cut));
      expect([cut, await fateOf(device)]).toEqual([cut, PROTOCOL_ERROR]);
      await device.close();
    }
  });

  it('a message above 256 KiB closes 4206, and one above 1 MiB cuts the connection', async () => {
    for (const codec of ['proto', 'json'] as const) {
      for (const [bytes, code] of [
        [256 * 1024 + 1, 4206],
        [1024 * 1024 + 1, 1006],
      ] as const) {
        const device = await signIn(codec);
        device.sendRaw(codec === 'json' ? 'x'.repeat(bytes) : new Uint8Array(bytes));
        expect([codec, bytes, await device.closed]).toEqual([codec, bytes, code]);
      }
    }
  });

  it('the other kind of message closes 4201', async () => {
    const [binary, json] = [await signIn(), await signIn('json')];
    binary.sendRaw('{"ping":{}}');
    json.sendRaw(encodeItems([{ item: { $case: 'ping', value: {} } }]));
    expect(await Promise.all([binary.closed, json.closed])).toEqual([4201, 4201]);
  });

  it.each([
    ['no item', '{}'],
    ['two items in one', '{"ping":{},"ack":{}}'],
    ['an unknown item', '{"hello":{}}'],
    ['an item that is a text', '"ping"'],
    ['a number', '7'],
    ['null', 'null'],
    ['a list of lists', '[[{"ping":{}}]]'],
    ['an id that is a text', '{"call":{"id":"x","method":"m"}}'],
    ['a negative id', '{"call":{"id":-1,"method":"m"}}'],
    ['an unknown field', '{"call":{"id":1,"method":"m","extra":true}}'],
    ['a method that is a number', '{"call":{"id":1,"method":5}}'],
    ['a body that is a text', '{"call":{"id":1,"method":"m","body":"x"}}'],
    ['a prototype', '{"__proto__":{"ping":{}}}'],
    ['NaN', '{"call":{"id":NaN,"method":"m"}}'],
    ['10,000 lists in each other', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['an item of the server', '{"pong":{"serverMs":"1"}}'],
    ['too many items', `[${Array.from({ length: 1_025 }, () => '{"ping":{}}').join(',')}]`],
  ])('JSON with %s closes 4201', async (_, message) => {
    const device = await signIn('json');
    device.sendRaw(message);
    expect(await device.closed).toBe(PROTOCOL_ERROR);
    expect(device.all('disconnect')).toMatchObject([{ code: PROTOCOL_ERROR }]);
  });
});

describe('items at the wrong time', () => {
  it.each<[string, Inner]>([
    ['a call', call(1, new Uint8Array())],
    ['a ping', { $case: 'ping', value: {} }],
    ['a refresh', { $case: 'refresh', value: { token: 'x' } }],
    ['a push', { $case: 'push', value: { event: undefined } }],
  ])('%s before the sign-in closes 4201', async (_, item) => {
    const device = await BareDevice.open(url());
    device.send(item);
    expect(await device.closed).toBe(PROTOCOL_ERROR);
  });

  it('a second connect closes 4201', async () => {
    const device = await signIn();
    device.connect({ token: await cluster().app.token('ann'), deviceId: 'again' });
    expect(await device.closed).toBe(PROTOCOL_ERROR);
  });

  it('no sign-in closes 4005 and silence closes 4001, while pings keep a session', async () => {
    const { socketUrl } = cluster().connectAt(1);
    const token = await cluster().app.token('ann');
    const [late, silent, chatty] = [
      await BareDevice.open(socketUrl),
      await BareDevice.signIn(socketUrl, { token, deviceId: 'silent' }),
      await BareDevice.signIn(socketUrl, { token, deviceId: 'chatty', codec: 'json' }),
    ];
    const pings = setInterval(() => chatty.send({ $case: 'ping', value: {} }), 250);
    expect(await late.closed).toBe(4005);
    expect(await silent.closed).toBe(4001);
    clearInterval(pings);
    expect(chatty.closeCode).toBeUndefined();
    expect(silent.all('disconnect')).toMatchObject([{ code: 4001 }]);
    await chatty.close();
  });
});

describe('more than a socket may have', () => {
  it('the same call id twice, or more than 64 calls, are refused one by one', async () => {
    const device = await signIn();
    const body = new Uint8Array();
    device.send(call(7, body), call(7, body));
    await device.next('reply', ({ result }) => result?.$case === 'error');
    const calls = Array.from({ length: 100 }, (_, index) => call(1_000 + index, body));
    device.send(...calls);
    const answers = await eventually('every call is answered', () => {
      const replies = device.all('reply');
      return replies.length === 2 + calls.length ? replies : undefined;
    });
    const refused = answers.filter(({ result }) => {
      return result?.$case === 'error' && result.value.code === ErrorCode.TOO_MANY_CALLS;
    });
    expect(refused.length).toBeGreaterThan(35);
    expect(await fateOf(device)).toBe('serving');
    const content = text('hello');
    const hello = SendRequest.create({ conversationId: 'd:ann:bob', clientMsgId: 'ok', content });
    expect(await codeOf(device.call(Messages, Messages.methods.send, hello))).toBe('OK');
    await device.close();
  });
});
