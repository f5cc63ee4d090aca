import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { MessageCodec } from './generic-definition.js';

/** grpc.reflection.v1.ServerReflectionRequest; `raw` is the request as it came, to be sent back with the answer. */
export interface ReflectionRequest {
  readonly host: string;
  readonly ask:
    | { readonly kind: 'file' | 'symbol' | 'extension-numbers' | 'list'; readonly name: string }
    | { readonly kind: 'extension'; readonly name: string; readonly number: number }
    | { readonly kind: 'none' };
  readonly raw: Uint8Array;
}

/** grpc.reflection.v1.ServerReflectionResponse. */
export interface ReflectionResponse {
  readonly request: ReflectionRequest;
  readonly answer:
    | { readonly kind: 'files'; readonly files: readonly Uint8Array[] }
    | {
        readonly kind: 'extension-numbers';
        readonly name: string;
        readonly numbers: readonly number[];
      }
    | { readonly kind: 'services'; readonly names: readonly string[] }
    | { readonly kind: 'error'; readonly code: number; readonly message: string };
}

const LENGTH_DELIMITED = 2;

function tag(field: number, wireType = LENGTH_DELIMITED): number {
  return (field << 3) | wireType;
}

const ASK_FIELDS = { 3: 'file', 4: 'symbol', 6: 'extension-numbers', 7: 'list' } as const;

export const reflectionRequestCodec: MessageCodec<ReflectionRequest> = {
  encode: (request) => ({ finish: () => request.raw }),
  decode(input) {
    // Copied: the bytes outlive the call's receive buffer.
    const raw = Uint8Array.from(input);
    const reader = new BinaryReader(raw);
    let host = '';
    let ask: ReflectionRequest['ask'] = { kind: 'none' };
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) host = reader.string();
      else if (field === 5) ask = decodeExtension(reader.bytes());
      else if (field in ASK_FIELDS) {
        ask = { kind: ASK_FIELDS[field as keyof typeof ASK_FIELDS], name: reader.string() };
      } else reader.skip(wireType);
    }
    return { host, ask, raw };
  },
};

function decodeExtension(bytes: Uint8Array): ReflectionRequest['ask'] {
  const reader = new BinaryReader(bytes);
  let name = '';
  let number = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) name = reader.string();
    else if (field === 2) number = reader.int32();
    else reader.skip(wireType);
  }
  return { kind: 'extension', name, number };
}

/** Only ever encoded: the server's half. */
export const reflectionResponseCodec: MessageCodec<ReflectionResponse> = {
  encode({ request, answer }) {
    const writer = new BinaryWriter();
    writer.uint32(tag(1)).string(request.host).uint32(tag(2)).bytes(request.raw);
    if (answer.kind === 'files') {
      writer.uint32(tag(4)).fork();
      for (const file of answer.files) writer.uint32(tag(1)).bytes(file);
    } else if (answer.kind === 'extension-numbers') {
      writer.uint32(tag(5)).fork().uint32(tag(1)).string(answer.name);
      for (const number of answer.numbers) writer.uint32(tag(2, 0)).int32(number);
    } else if (answer.kind === 'services') {
      writer.uint32(tag(6)).fork();
      for (const name of answer.names) {
        writer.uint32(tag(1)).fork().uint32(tag(1)).string(name).join();
      }
    } else {
      writer.uint32(tag(7)).fork().uint32(tag(1, 0)).int32(answer.code);
      writer.uint32(tag(2)).string(answer.message);
    }
    return writer.join();
  },
  decode() {
    throw new Error('reflection answers are not read here');
  },
};
