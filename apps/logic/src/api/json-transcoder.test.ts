import type { DescMessage } from '@bufbuild/protobuf';
import { DomainError } from '@queqiao/domain';
import {
  MarkReadResponse,
  MemberState,
  PullEntriesRequest,
  PullEntriesResponse,
  SendRequest,
  SendResponse,
} from '@queqiao/protocol/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_FLAW_MAX_VALUES } from './json-flaw.js';
import { binaryToJson, jsonToBinary } from './json-transcoder.js';
import { methodSchemas, type MethodSchema } from './method-schemas.js';

const schemas = methodSchemas();
const schemaOf = (method: string): MethodSchema => {
  const schema = schemas.get(`queqiao.client.v1.${method}`);
  if (!schema) throw new Error(`no method ${method}`);
  return schema;
};
const send = schemaOf('MessageService/Send');
const pull = schemaOf('ConversationService/PullEntries');
const bytesOf = (json: string): Uint8Array => new TextEncoder().encode(json);
const readSend = (json: string): SendRequest =>
  SendRequest.decode(jsonToBinary(send.input, bytesOf(json)));
const textOf = (output: DescMessage, bytes: Uint8Array): unknown =>
  JSON.parse(new TextDecoder().decode(binaryToJson(output, bytes)));

const MERGED = 'content.merged_forward.messages[1].created_ms';

function refusal(json: string, schema = send): unknown {
  try {
    jsonToBinary(schema.input, bytesOf(json));
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a request in JSON', () => {
  it('is read by JSON names and by proto names', () => {
    const expected = SendRequest.create({
      conversationId: 'd:a:b',
      clientMsgId: 'm1',
      content: { body: { $case: 'text', value: { text: 'grüß 🌉\u0000' } } },
    });
    const body = '"content":{"text":{"text":"grüß \\ud83c\\udf09\\u0000"}}}';
    expect(readSend(`{"conversationId":"d:a:b","clientMsgId":"m1",${body}`)).toEqual(expected);
    expect(readSend(`{"conversation_id":"d:a:b","client_msg_id":"m1",${body}`)).toEqual(expected);
  });

  it('may be missing: then every field is', () => {
    expect(jsonToBinary(send.input, new Uint8Array())).toEqual(new Uint8Array());
  });

  it('takes 64-bit numbers as text and as numbers', () => {
    for (const fromSeq of ['"9007199254740991"', '9007199254740991']) {
      const bytes = jsonToBinary(pull.input, bytesOf(`{"fromSeq":${fromSeq}}`));
      expect(PullEntriesRequest.decode(bytes).fromSeq).toBe(Number.MAX_SAFE_INTEGER);
    }
  });

  it('is refused with the name of the field at fault', () => {
    const bad: [string, string][] = [
      ['{"conversationId":5}', 'conversation_id'],
      ['{"conversationId":{}}', 'conversation_id'],
      ['{"conversationId":["a"]}', 'conversation_id'],
      ['{"conversation":"x"}', 'conversation'],
      ['{"content":{"text":{"text":"a","color":1}}}', 'content.text.color'],
      ['{"content":{"text":{"text":7}}}', 'content.text.text'],
      ['{"content":5}', 'content'],
      ['{"content":{"text":"plain"}}', 'content.text'],
      ['{"content":{"text":{"text":"a"},"groupCreated":{}}}', 'content.group_created'],
      ['{"content":{"mentions":{"userIds":["a",7]}}}', 'content.mentions.user_ids[1]'],
      ['{"content":{"mentions":{"userIds":"a"}}}', 'content.mentions.user_ids'],
      ['{"content":{"mergedForward":{"messages":[{},{"createdMs":"x"}]}}}', MERGED],
      ['{"conversationId":"a","conversation_id":"b"}', 'conversation_id'],
      ['{"conversationId":"a","conversationId":"b"}', 'body'],
      ['{"__proto__":{"conversationId":"x"}}', '__proto__'],
      ['{"constructor":1}', 'constructor'],
      ['{"clientMsgId":"\\ud800"}', 'client_msg_id'],
      ['{"content":{"text":{"text":"a\\udc00b"}}}', 'content.text.text'],
      ['{"content":{"text":{"<script>":1}}}', 'content.text'],
      ['{"<script>":1}', 'body'],
    ];
    for (const [json, field] of bad) {
      expect(refusal(json), json).toMatchObject({ code: 'INVALID_ARGUMENT', field });
    }
    const numbers = ['NaN', '1.5', '"x"', '1e400', 'true', '"18446744073709551616"', '""'];
    for (const number of numbers) {
      const error = refusal(`{"fromSeq":${number}}`, pull);
      expect(error, number).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    const texts = ['"x"', '"18446744073709551616"', '1.5'];
    for (const number of texts) {
      expect(refusal(`{"fromSeq":${number}}`, pull)).toMatchObject({ field: 'from_seq' });
    }
  });

  it('is refused without a name when the flaw is behind more values than are looked at', () => {
    const ids = Array.from({ length: JSON_FLAW_MAX_VALUES }, () => '"a"').join();
    const named = refusal(`{"content":{"mentions":{"userIds":[5,${ids}]}}}`);
    expect(named).toMatchObject({ field: 'content.mentions.user_ids[0]' });
    const behind = refusal(`{"content":{"mentions":{"userIds":[${ids},5]}}}`);
    expect(behind).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'body' });
  });

  it('is refused when it is no object, no JSON or no text', () => {
    for (const json of ['[]', '5', '"x"', 'null', '{', '{"a":1,}', 'undefined', ' ']) {
      expect(refusal(json), json).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'body' });
    }
    expect(() => jsonToBinary(send.input, Uint8Array.from([0x7b, 0xff, 0x7d]))).toThrow(
      DomainError,
    );
  });

  it('is refused when it is nested 10,000 deep', () => {
    const deep = `{"content":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(refusal(deep)).toBeInstanceOf(DomainError);
    const objects = `${'{"content":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    expect(refusal(objects)).toBeInstanceOf(DomainError);
    const surrogates = `${'['.repeat(10_000)}"\\ud800"${']'.repeat(10_000)}`;
    expect(refusal(surrogates)).toBeInstanceOf(DomainError);
  });

  it('never quotes a value in its refusal', () => {
    const bad = [
      '{"clientMsgId":"s3cret","conversationId":5}',
      '{"content":"s3cret"}',
      '{"s3cret s3cret":1}',
    ];
    for (const json of bad) {
      expect((refusal(json) as Error).message).not.toContain('s3cret');
    }
  });

  it('never fails in any other way, and never pollutes a prototype', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const error = refusal(json);
        if (error !== undefined) expect(error).toBeInstanceOf(DomainError);
      }),
      { numRuns: 1_000 },
    );
    expect({}).not.toHaveProperty('conversationId');
  });
});

describe('a response in JSON', () => {
  it('reports zero and empty, and 64-bit numbers as text', () => {
    const zero = { conversationId: '', seq: 0, ordinal: 0, createdMs: 0 };
    expect(textOf(send.output, SendResponse.encode(zero).finish())).toEqual({
      conversationId: '',
      seq: '0',
      ordinal: '0',
      createdMs: '0',
    });
    const empty = { entries: [], notVisible: [], lastSeq: 0, logEpoch: 0, hasMore: false };
    expect(textOf(pull.output, PullEntriesResponse.encode(empty).finish())).toEqual({
      entries: [],
      notVisible: [],
      lastSeq: '0',
      logEpoch: '0',
      hasMore: false,
    });
  });

  it('leaves out what is unset by meaning', () => {
    const member = MemberState.create({ conversationId: 'g:a', rev: 1 });
    const { output } = schemaOf('ConversationService/MarkRead');
    const answer = textOf(output, MarkReadResponse.encode({ member }).finish());
    expect(answer).toMatchObject({ member: { rev: '1', unread: '0', hiddenSeqs: [] } });
    expect(answer).not.toHaveProperty('member.leftSeq');
    expect(answer).not.toHaveProperty('member.settings');
  });
});
