import { createGrpcClient, isServiceError, type MessageCodec } from '@queqiao/grpc-kit';
import { Error as ErrorMessage } from '@queqiao/protocol/common';
import type { TestApp } from '@queqiao/testkit';
import { createLogger } from '@queqiao/runtime';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';

const lines: string[] = [];
let rig: ApiRig;
let app: TestApp;
let metadata: Record<string, string>;

beforeAll(async () => {
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: 'logic', node: 'n', level: 'trace', destination });
  rig = await ApiRig.start(1, logger);
  app = await rig.createApp('demo', { maxTextBytes: 20 });
  await rig.backEnd(`Bearer ${app.credential}`).upsert('alice', 'bob');
  metadata = { authorization: `Bearer ${await app.token('alice')}`, 'queqiao-device': 'phone' };
});
afterAll(() => rig.stop());

const rawCodec: MessageCodec<Uint8Array> = {
  encode: (message) => ({ finish: () => message }),
  decode: (input) => input,
};

/** A call of any method with any bytes, as a hostile client makes it. */
async function rawCall(fullName: string, name: string, body: Uint8Array): Promise<unknown> {
  const shape = { requestType: rawCodec, responseType: rawCodec, options: {} };
  const flags = { requestStream: false, responseStream: false } as const;
  const methods = { call: { name, ...shape, ...flags } };
  const client = createGrpcClient({ name: fullName, fullName, methods }, rig.address());
  try {
    return await client.call(body, { metadata });
  } finally {
    client.close();
  }
}

const send = (body: Uint8Array) => rawCall('queqiao.client.v1.MessageService', 'Send', body);

describe('who may call', () => {
  it('is a user with a token and a device', async () => {
    const { authorization = '' } = metadata;
    const bad: [Record<string, string>, string, string][] = [
      [{}, 'UNAUTHENTICATED', ''],
      [{ 'queqiao-device': 'phone' }, 'UNAUTHENTICATED', ''],
      [{ authorization: 'Basic x', 'queqiao-device': 'phone' }, 'UNAUTHENTICATED', ''],
      [{ authorization: `${authorization}x`, 'queqiao-device': 'phone' }, 'UNAUTHENTICATED', ''],
      [
        { authorization: `Bearer ${app.credential}`, 'queqiao-device': 'p' },
        'INVALID_ARGUMENT',
        'queqiao-user',
      ],
      [{ authorization }, 'INVALID_ARGUMENT', 'queqiao-device'],
      [{ authorization, 'queqiao-device': 'a:b' }, 'INVALID_ARGUMENT', 'queqiao-device'],
    ];
    for (const [given, code, field] of bad) {
      expect(await failureOf(rig.user(given).sync()), JSON.stringify(given)).toEqual({
        code,
        field,
      });
    }
    const late = rig.user({
      ...metadata,
      authorization: `Bearer ${await app.token('alice', -60)}`,
    });
    expect(await failureOf(late.sync())).toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('is a back end with its credential, and no user', async () => {
    const { authorization = '' } = metadata;
    for (const given of ['', authorization, `Bearer ${app.credential}x`]) {
      expect(await failureOf(rig.backEnd(given).upsert('x'))).toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
  });
});

describe('what is called', () => {
  it('must exist, and services of the link do not', async () => {
    const absent = [
      ['queqiao.client.v1.MessageService', 'Nothing'],
      ['queqiao.client.v1.Nothing', 'Send'],
      ['queqiao.link.v1.SessionService', 'OpenSession'],
      ['queqiao.link.v1.LinkService', 'Attach'],
    ] as const;
    for (const [service, method] of absent) {
      const call = rawCall(service, method, new Uint8Array());
      expect(await failureOf(call), `${service}/${method}`).toMatchObject({
        code: 'UNIMPLEMENTED',
      });
    }
  });

  it('must be well-formed: the error names the field', async () => {
    const bad: [number[], string][] = [
      [[0x08, 0x05], 'conversation_id'],
      [[0x0a, 0x02, 0xff, 0xfe], 'conversation_id'],
      [[0x12, 0x7f, 0x41], 'client_msg_id'],
      [[0x1a, 0x02, 0x08, 0x01], 'content.text'],
      [[0x80], 'body'],
    ];
    for (const [bytes, field] of bad) {
      const failure = await failureOf(send(Uint8Array.from(bytes)));
      expect(failure, String(bytes)).toEqual({ code: 'INVALID_ARGUMENT', field });
    }
  });

  it('must not be too large', async () => {
    const alice = rig.user(metadata);
    const long = await failureOf(alice.send('d:alice:bob', newId(), 'é'.repeat(11)));
    expect(long).toEqual({ code: 'LIMIT_EXCEEDED', field: 'content.text.text' });
    expect(await alice.send('d:alice:bob', newId(), 'é'.repeat(10))).toMatchObject({ seq: 1 });
    await expect(send(new Uint8Array(5 * 1024 * 1024))).rejects.toMatchObject({ code: 8 });
    // The server goes on.
    expect(await alice.send('d:alice:bob', newId())).toMatchObject({ seq: 2 });
  });
});

describe('what is answered', () => {
  it('carries the error in full, with the request id of the caller', async () => {
    const given = { ...metadata, 'x-request-id': 'req-77' };
    const error: unknown = await rig
      .user(given)
      .send('d:alice:nobody', newId())
      .catch((failure: unknown) => failure);
    if (!isServiceError(error)) throw new Error('not a service error');
    expect(error.code).toBe(5);
    const [details] = error.metadata.get('queqiao-error-bin');
    expect(ErrorMessage.decode(details as Buffer)).toMatchObject({
      field: 'conversation_id',
      requestId: 'req-77',
    });
    const logged = lines.find((line) => line.includes('req-77')) ?? '';
    expect(JSON.parse(logged)).toMatchObject({ door: 'grpc', code: 'NOT_FOUND', appId: 'demo' });
  });

  it('never reaches a log or a metric label with content or secrets', async () => {
    const alice = rig.user(metadata);
    await alice.send('d:alice:bob', newId(), 'hush-hush');
    await failureOf(alice.send('d:alice:nobody', newId(), 'hush-hush'));
    await failureOf(rig.user({ authorization: 'Bearer hush-hush', 'queqiao-device': 'd' }).sync());
    const metrics = await rig.nodes[0]?.logic.registry.metrics();
    const everything = `${lines.join('')}${metrics ?? ''}`;
    expect(everything).toContain('queqiao_api_calls_total');
    const { authorization = '' } = metadata;
    for (const secret of ['hush-hush', authorization.slice(7), app.credential]) {
      expect(everything.includes(secret)).toBe(false);
    }
  });

  it('comes with health for what is served, and for nothing else', async () => {
    const health = (service: string) => {
      const request = new BinaryWriter()
        .uint32(1 * 8 + 2)
        .string(service)
        .finish();
      return rawCall('grpc.health.v1.Health', 'Check', request);
    };
    const serving = new Uint8Array([0x08, 0x01]);
    const served = ['', 'queqiao.client.v1.MessageService', 'queqiao.server.v1.UserService'];
    for (const service of served) {
      expect(Uint8Array.from((await health(service)) as Uint8Array)).toEqual(serving);
    }
    const hidden = health('queqiao.link.v1.SessionService');
    expect(await failureOf(hidden)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('lists its services by reflection, without those of the link', async () => {
    const list = new BinaryWriter()
      .uint32(7 * 8 + 2)
      .string('')
      .finish();
    const shape = { requestType: rawCodec, responseType: rawCodec, options: {} };
    const flags = { requestStream: true, responseStream: true } as const;
    const fullName = 'grpc.reflection.v1.ServerReflection';
    const methods = { info: { name: 'ServerReflectionInfo', ...shape, ...flags } };
    const client = createGrpcClient({ name: fullName, fullName, methods }, rig.address());
    const stream = client.info();
    const answer = await new Promise<Uint8Array>((resolve, reject) => {
      stream.on('data', resolve).on('error', reject);
      stream.write(list);
    });
    stream.end();
    client.close();
    const text = new TextDecoder().decode(answer);
    expect(text).toContain('queqiao.client.v1.ConversationService');
    expect(text).toContain('queqiao.server.v1.MessageService');
    expect(text).not.toContain('queqiao.link.v1');
  });
});
