import type { EventEmitter } from 'node:events';
import {
  Client,
  credentials,
  Metadata,
  type CallOptions as GrpcCallOptions,
  type ClientDuplexStream,
  type ClientReadableStream,
  type Interceptor,
} from '@grpc/grpc-js';
import { clientOptions, type GrpcClientTuning } from './channel-options.js';
import {
  toMethodDefinition,
  type GenericMethod,
  type GenericServiceDefinition,
  type RequestOf,
  type ResponseOf,
} from './generic-definition.js';

export interface CallOptions {
  readonly metadata?: Metadata | Readonly<Record<string, string>>;
  /** The call fails with DEADLINE_EXCEEDED after this; without it a unary call gets `defaultDeadlineMs` and a stream none. */
  readonly deadlineMs?: number;
  /** Cancels the call: it fails with CANCELLED, and its effect is unknown. */
  readonly signal?: AbortSignal;
}

export interface GrpcClientOptions extends GrpcClientTuning {
  readonly interceptors?: readonly Interceptor[];
  /** For unary calls that name no deadline. Default 10 000. */
  readonly defaultDeadlineMs?: number;
}

type Flags<Req extends boolean, Res extends boolean> = {
  readonly requestStream: Req;
  readonly responseStream: Res;
};

/** Unary calls are promises that reject with a grpc-js ServiceError (see statusToDomainError); streams are grpc-js streams. */
export type ClientMethod<M extends GenericMethod> =
  M extends Flags<false, false>
    ? (request: RequestOf<M>, options?: CallOptions) => Promise<ResponseOf<M>>
    : M extends Flags<false, true>
      ? (request: RequestOf<M>, options?: CallOptions) => ClientReadableStream<ResponseOf<M>>
      : M extends Flags<true, true>
        ? (options?: CallOptions) => ClientDuplexStream<RequestOf<M>, ResponseOf<M>>
        : never;

export type GrpcClient<D extends GenericServiceDefinition> = {
  readonly [K in keyof D['methods']]: ClientMethod<D['methods'][K]>;
} & {
  /** Ends the channel: open calls fail. */
  close(): void;
  /** Resolves when connected; rejects after `timeoutMs`. */
  waitForReady(timeoutMs: number): Promise<void>;
};

const DEFAULT_DEADLINE_MS = 10_000;

/** A typed client of one service at `address` (host:port or any grpc name). Connects at the first call; without TLS. */
export function createGrpcClient<D extends GenericServiceDefinition>(
  service: D,
  address: string,
  options: GrpcClientOptions = {},
): GrpcClient<D> {
  const { interceptors = [], defaultDeadlineMs = DEFAULT_DEADLINE_MS, ...tuning } = options;
  const client = new Client(address, credentials.createInsecure(), {
    ...clientOptions({ repeatUnseen: !hasStreams(service), ...tuning }),
    interceptors: [...interceptors],
  });
  const methods = Object.entries(service.methods).map(([key, method]) => {
    return [key, clientMethod(client, service, method, defaultDeadlineMs)] as const;
  });
  return {
    ...Object.fromEntries(methods),
    close: () => client.close(),
    waitForReady: (timeoutMs: number) =>
      new Promise<void>((resolve, reject) => {
        client.waitForReady(Date.now() + timeoutMs, (error) => (error ? reject(error) : resolve()));
      }),
  } as GrpcClient<D>;
}

function hasStreams(service: GenericServiceDefinition): boolean {
  return Object.values(service.methods).some((each) => each.requestStream || each.responseStream);
}

function clientMethod(
  client: Client,
  service: GenericServiceDefinition,
  method: GenericMethod,
  defaultDeadlineMs: number,
): unknown {
  const wire = toMethodDefinition(service, method);
  if (method.requestStream && method.responseStream) return duplexMethod(client, wire);
  if (method.requestStream) throw new Error(`${wire.path}: client streaming is not supported`);
  if (method.responseStream) return serverStreamMethod(client, wire);
  return unaryMethod(client, wire, defaultDeadlineMs);
}

type Wire = ReturnType<typeof toMethodDefinition>;

function duplexMethod(client: Client, wire: Wire) {
  const { path, requestSerialize, responseDeserialize } = wire;
  return (options: CallOptions = {}) => {
    const call = grpcCall(options);
    const stream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      ...call,
    );
    return cancelledBy(stream, options.signal);
  };
}

function serverStreamMethod(client: Client, wire: Wire) {
  const { path, requestSerialize, responseDeserialize } = wire;
  return (request: unknown, options: CallOptions = {}) => {
    const call = grpcCall(options);
    const stream = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      ...call,
    );
    return cancelledBy(stream, options.signal);
  };
}

function unaryMethod(client: Client, wire: Wire, defaultDeadlineMs: number) {
  const { path, requestSerialize, responseDeserialize } = wire;
  return (request: unknown, options: CallOptions = {}) =>
    new Promise<unknown>((resolve, reject) => {
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        ...grpcCall(options, defaultDeadlineMs),
        (error, response) => {
          if (error) reject(error);
          else resolve(response);
        },
      );
      cancelledBy(call, options.signal);
    });
}

function grpcCall(options: CallOptions, defaultDeadlineMs?: number): [Metadata, GrpcCallOptions] {
  const deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
  const callOptions = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
  return [toMetadata(options.metadata), callOptions];
}

export function toMetadata(given: CallOptions['metadata']): Metadata {
  if (given instanceof Metadata) return given;
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(given ?? {})) metadata.set(key, value);
  return metadata;
}

type Cancellable = EventEmitter & { cancel(): void };

/** Ties a call to a signal and lets go of the signal when the call ends, so that a long-lived one collects no listeners. */
function cancelledBy<C extends Cancellable>(call: C, signal: AbortSignal | undefined): C {
  if (!signal) return call;
  const onAbort = (): void => call.cancel();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  call.once('status', () => signal.removeEventListener('abort', onAbort));
  return call;
}
