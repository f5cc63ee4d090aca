import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { encodeMessage, type BinaryWriter } from '@queqiao/protocol';

/** What generated message objects offer; the part that is needed here. */
export interface MessageCodec<T> {
  encode(message: T, writer?: BinaryWriter): { finish(): Uint8Array };
  decode(input: Uint8Array): T;
}

export interface GenericMethod {
  /** As in the proto file: `GetUsers`. */
  readonly name: string;
  readonly requestType: MessageCodec<unknown>;
  readonly requestStream: boolean;
  readonly responseType: MessageCodec<unknown>;
  readonly responseStream: boolean;
  readonly options: unknown;
}

/** A generated service: a plain object, keyed by method names in camelCase. */
export interface GenericServiceDefinition {
  readonly name: string;
  /** With its package: `queqiao.client.v1.UserService`. */
  readonly fullName: string;
  readonly methods: Readonly<Record<string, GenericMethod>>;
}

type Decoded<C> = C extends { decode(input: Uint8Array): infer T } ? T : never;
export type RequestOf<M extends GenericMethod> = Decoded<M['requestType']>;
export type ResponseOf<M extends GenericMethod> = Decoded<M['responseType']>;

/** `/package.Service/Method`. */
export function methodPath(service: GenericServiceDefinition, method: GenericMethod): string {
  return `/${service.fullName}/${method.name}`;
}

/** One method as grpc-js wants it. */
export function toMethodDefinition(
  service: GenericServiceDefinition,
  method: GenericMethod,
): MethodDefinition<unknown, unknown> {
  return {
    path: methodPath(service, method),
    requestStream: method.requestStream,
    responseStream: method.responseStream,
    requestSerialize: (message) => toBuffer(encodeMessage(method.requestType, message)),
    requestDeserialize: (bytes) => method.requestType.decode(bytes),
    responseSerialize: (message) => toBuffer(encodeMessage(method.responseType, message)),
    responseDeserialize: (bytes) => method.responseType.decode(bytes),
  };
}

/** The whole service as grpc-js wants it, with the same keys. */
export function toServiceDefinition<D extends GenericServiceDefinition>(
  service: D,
): ServiceDefinition & { readonly [K in keyof D['methods']]: MethodDefinition<unknown, unknown> } {
  return Object.fromEntries(
    Object.entries(service.methods).map(([key, method]) => [
      key,
      toMethodDefinition(service, method),
    ]),
  ) as ServiceDefinition & { [K in keyof D['methods']]: MethodDefinition<unknown, unknown> };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
