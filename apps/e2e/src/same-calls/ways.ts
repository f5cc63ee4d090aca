import type { DomainError } from '@queqiao/domain';
import {
  createGrpcClient,
  isServiceError,
  requestIdOf,
  statusToDomainError,
  type MessageCodec,
} from '@queqiao/grpc-kit';
import { fromProtoError } from '@queqiao/protocol/common';
import {
  requestFromJson,
  responseToJson,
  type BareDevice,
  type JsonObject,
  type JsonValue,
} from '@queqiao/testkit';

/** What a caller is told. */
export type Answer =
  | { readonly body: JsonValue }
  | {
      readonly error: Pick<DomainError, 'code' | 'message' | 'field' | 'retryAfterMs'>;
      readonly hasRequestId: boolean;
    };

/** One caller's way to all methods. */
export interface Way {
  call(path: string, request: JsonObject): Promise<Answer>;
}

/** Over a socket that is signed in, in its own codec. */
export function socketWay(device: BareDevice): Way {
  const text = new TextEncoder();
  return {
    async call(path, request) {
      const isJson = device.codec === 'json';
      const body = isJson ? text.encode(JSON.stringify(request)) : requestFromJson(path, request);
      const { result } = await device.callRaw(path, body);
      if (result?.$case === 'error') {
        return refusal(fromProtoError(result.value), result.value.requestId);
      }
      const answer = result?.value ?? new Uint8Array();
      if (!isJson) return { body: responseToJson(path, answer) };
      return { body: JSON.parse(new TextDecoder().decode(answer)) as JsonValue };
    },
  };
}

function refusal(
  { code, message, field, retryAfterMs }: DomainError,
  requestId: string,
): Extract<Answer, { error: object }> {
  return { error: { code, message, field, retryAfterMs }, hasRequestId: requestId !== '' };
}

const raw: MessageCodec<Uint8Array> = {
  encode: (message) => ({ finish: () => message }),
  decode: (input) => input,
};

function rawClient(address: string, path: string) {
  const [fullName = '', name = ''] = path.split('/');
  const shape = { requestType: raw, responseType: raw, options: {} };
  const call = { name, ...shape, requestStream: false, responseStream: false } as const;
  return createGrpcClient({ name: fullName, fullName, methods: { call } }, address);
}

/** The public gRPC port of one logic node, for callers of all kinds. */
export class GrpcPort {
  readonly #clients = new Map<string, ReturnType<typeof rawClient>>();

  constructor(readonly address: string) {}

  /** Of whoever the metadata says. */
  way(metadata: Readonly<Record<string, string>>): Way {
    return {
      call: async (path, request) => {
        try {
          const body = requestFromJson(path, request);
          const answer = await this.#client(path).call(body, { metadata });
          return { body: responseToJson(path, answer) };
        } catch (error) {
          if (!isServiceError(error)) throw error;
          return refusal(statusToDomainError(error), requestIdOf(error));
        }
      },
    };
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #client(path: string): ReturnType<typeof rawClient> {
    const known = this.#clients.get(path);
    const client = known ?? rawClient(this.address, path);
    this.#clients.set(path, client);
    return client;
  }
}
