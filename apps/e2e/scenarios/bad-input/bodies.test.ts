import { ErrorCode, type Error as ProtoError } from '@queqiao/protocol/common';
import { MessageServiceDefinition as Messages, SendRequest } from '@queqiao/protocol/client';
import { BareDevice, type Codec } from '@queqiao/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackEnd, text } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 1, logic: 1 });
const SEND = 'queqiao.client.v1.MessageService/Send';
const PULL = 'queqiao.client.v1.ConversationService/PullEntries';
const SYNC = 'queqiao.client.v1.ConversationService/SyncConversations';

const devices = {} as Record<Codec, BareDevice>;
beforeAll(async () => {
  const { app } = cluster();
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, app);
  await backEnd.upsert('ann', 'bob');
  backEnd.close();
  for (const codec of ['proto', 'json'] as const) {
    const { socketUrl } = cluster().connectAt(0);
    const input = { token: await app.token('ann'), deviceId: codec, codec };
    devices[codec] = await BareDevice.signIn(socketUrl, input);
  }
  return () => Promise.all([devices.proto.close(), devices.json.close()]);
});

/** The error that a call is answered with. */
async function refusal(
  codec: Codec,
  method: string,
  body: Uint8Array | string,
): Promise<ProtoError> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const { result } = await devices[codec].callRaw(method, bytes);
  if (result?.$case !== 'error') throw new Error('it was not refused');
  return result.value;
}

describe('methods', () => {
  it.each([
    'queqiao.client.v1.MessageService/Sing',
    'queqiao.client.v1.NoService/Send',
    'queqiao.client.v1.MessageService',
    'queqiao.server.v1.MessageService/SendMessage',
    'queqiao.link.v1.SessionService/OpenSession',
    'queqiao.client.v1.__proto__/constructor',
    '',
  ])('%j is UNIMPLEMENTED over both subprotocols', async (method) => {
    for (const codec of ['proto', 'json'] as const) {
      const body = codec === 'json' ? '{}' : new Uint8Array();
      const error = await refusal(codec, method, body);
      expect([codec, ErrorCode[error.code]]).toEqual([codec, 'UNIMPLEMENTED']);
    }
  });

  it('a method name that is too long is INVALID_ARGUMENT', async () => {
    const error = await refusal('proto', `queqiao.client.v1.${'x'.repeat(500)}`, new Uint8Array());
    expect(error).toMatchObject({ code: ErrorCode.INVALID_ARGUMENT, field: 'method' });
  });
});

describe('bodies of the binary subprotocol', () => {
  it('cut at any byte are refused', async () => {
    const content = text('cut');
    const message = SendRequest.create({
      conversationId: 'd:ann:bob',
      clientMsgId: 'cut',
      content,
    });
    const body = Messages.methods.send.requestType.encode(message).finish();
    for (let cut = 0; cut < body.length; cut += 1) {
      const error = await refusal('proto', SEND, body.slice(0, cut));
      expect([cut, ErrorCode[error.code]]).toEqual([cut, 'INVALID_ARGUMENT']);
    }
  });

  it.each<[string, number[]]>([
    ['a wrong wire type', [0x08, 0x01]],
    ['a length of 2^31', [0x0a, 0x80, 0x80, 0x80, 0x80, 0x08]],
    ['an overlong number', [0x18, ...Array.from({ length: 11 }, () => 0xff), 0x01]],
    ['text that is not UTF-8', [0x0a, 0x02, 0xff, 0xfe]],
    ['a group without an end', [0x0b]],
    ['field number zero', [0x00, 0x00]],
    ['an unknown field', [0xfa, 0x07, 0x01, 0x00]],
  ])('with %s are INVALID_ARGUMENT', async (_, bytes) => {
    const error = await refusal('proto', SEND, Uint8Array.from(bytes));
    expect(ErrorCode[error.code]).toBe('INVALID_ARGUMENT');
  });
});

describe('bodies of the JSON subprotocol', () => {
  const content = '"content":{"text":{"text":"x"}}';
  it.each([
    ['a number for a text', SEND, `{"conversationId":5}`, 'conversation_id'],
    ['an object for a text', SEND, `{"clientMsgId":{}}`, 'client_msg_id'],
    ['a list for a message', SEND, `{"content":[]}`, 'content'],
    ['two bodies', SEND, `{"content":{"text":{"text":"x"},"groupCreated":{}}}`, undefined],
    ['an unknown field', SEND, `{"conversation":"x"}`, 'conversation'],
    ['a prototype', SEND, `{"__proto__":{"conversationId":"x"}}`, '__proto__'],
    ['a text for a number', PULL, `{"fromSeq":"abc"}`, 'from_seq'],
    ['a fraction', PULL, `{"conversationId":"d:ann:bob","limit":1.5}`, 'limit'],
    ['a negative seq', PULL, `{"conversationId":"d:ann:bob","fromSeq":"-1"}`, 'from_seq'],
    [
      'a number beyond 2^53',
      PULL,
      `{"conversationId":"d:ann:bob","fromSeq":"9223372036854775807"}`,
      'from_seq',
    ],
    [
      'a number beyond 2^64',
      PULL,
      `{"conversationId":"d:ann:bob","fromSeq":"99999999999999999999"}`,
      'from_seq',
    ],
    ['a cursor that is not base64', SYNC, `{"cursor":"***"}`, 'cursor'],
    ['a cursor that is not ours', SYNC, `{"cursor":"AAECAwQF"}`, 'cursor'],
    ['a limit beyond the largest', SYNC, `{"limit":100000}`, 'limit'],
    [
      'a lone surrogate',
      SEND,
      `{"conversationId":"d:ann:bob","clientMsgId":"m","content":{"text":{"text":"\\ud800"}}}`,
      'content.text.text',
    ],
    [
      'NUL in an id',
      SEND,
      `{"conversationId":"d:ann:bob","clientMsgId":"a\\u0000",${content}}`,
      'client_msg_id',
    ],
    [
      'an id out of order',
      SEND,
      `{"conversationId":"d:bob:ann","clientMsgId":"m",${content}}`,
      'conversation_id',
    ],
    [
      'an empty text',
      SEND,
      `{"conversationId":"d:ann:bob","clientMsgId":"m","content":{"text":{}}}`,
      'content.text.text',
    ],
    ['no content', SEND, `{"conversationId":"d:ann:bob","clientMsgId":"m"}`, 'content'],
  ])('with %s are INVALID_ARGUMENT and name the field', async (_, method, body, field) => {
    const error = await refusal('json', method, body);
    expect(ErrorCode[error.code]).toBe('INVALID_ARGUMENT');
    if (field !== undefined) expect(error.field).toBe(field);
  });

  it('nested 10,000 deep are refused, and the socket goes on', async () => {
    const nested = `{"content":${'{"text":'.repeat(10_000)}{}${'}'.repeat(10_000)}}`;
    const device = await BareDevice.signIn(cluster().connectAt(0).socketUrl, {
      token: await cluster().app.token('ann'),
      deviceId: 'deep',
      codec: 'json',
    });
    device.sendRaw(`{"call":{"id":1,"method":"${SEND}","body":${nested}}}`);
    // A typed error, or a protocol error for the whole message.
    const reply = device.next('reply').then(({ result }) => result?.$case);
    const fate = await Promise.race([reply, device.closed]).catch(() => device.closed);
    expect(['error', 4201]).toContain(fate);
  });

  it('a text above the app’s limit is LIMIT_EXCEEDED and names the limit', async () => {
    const long = JSON.stringify('鹊'.repeat(3_000));
    const body = `{"conversationId":"d:ann:bob","clientMsgId":"m","content":{"text":{"text":${long}}}}`;
    expect(await refusal('json', SEND, body)).toMatchObject({
      code: ErrorCode.LIMIT_EXCEEDED,
      field: 'content.text.text',
    });
  });
});
