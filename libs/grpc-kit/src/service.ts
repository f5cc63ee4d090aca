import {
  Metadata,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Server,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { isId } from '@queqiao/domain';
import {
  methodPath,
  toServiceDefinition,
  type GenericMethod,
  type GenericServiceDefinition,
  type RequestOf,
  type ResponseOf,
} from './generic-definition.js';
import { writeAll } from './server-stream.js';
import { domainErrorToStatus, REQUEST_ID_KEY } from './status.js';

export interface ServerCallContext {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly metadata: Metadata;
  readonly peer: string;
  /** Names the call in logs and errors: the caller's `x-request-id` when it is a sane one, else made here. */
  readonly requestId: string;
  /** Aborted when the caller cancels, its deadline passes or its connection is lost. */
  readonly signal: AbortSignal;
}

type Flags<Req extends boolean, Res extends boolean> = {
  readonly requestStream: Req;
  readonly responseStream: Res;
};

export type ServiceHandler<M extends GenericMethod> =
  M extends Flags<false, false>
    ? (request: RequestOf<M>, context: ServerCallContext) => Promise<ResponseOf<M>>
    : M extends Flags<false, true>
      ? (request: RequestOf<M>, context: ServerCallContext) => AsyncIterable<ResponseOf<M>>
      : M extends Flags<true, true>
        ? (call: ServerDuplexStream<RequestOf<M>, ResponseOf<M>>) => void
        : M extends { readonly requestStream: false }
          ? EitherHandler<M>
          : never;

/** Of a method of which only its definition at run time says whether it answers once or with a stream. */
type EitherHandler<M extends GenericMethod> = (
  request: RequestOf<M>,
  context: ServerCallContext,
) => Promise<ResponseOf<M>> | AsyncIterable<ResponseOf<M>>;

/** One handler per method; a forgotten one does not compile. */
export type ServiceHandlers<D extends GenericServiceDefinition> = {
  readonly [K in keyof D['methods']]: ServiceHandler<D['methods'][K]>;
};

export interface AddServiceOptions {
  readonly newRequestId: () => string;
  /** Told of every failed call that is no bidi stream, before the caller is; the place to log defects and to count codes. */
  readonly onError?: (error: unknown, context: ServerCallContext) => void;
}

/**
 * Adds a service whose handlers are async functions, and async generators where responses are a stream: what they throw is mapped by
 * domainErrorToStatus. Bidi streams are passed through.
 */
export function addService<D extends GenericServiceDefinition>(
  server: Server,
  service: D,
  handlers: ServiceHandlers<D>,
  options: AddServiceOptions,
): void {
  const implementation: UntypedServiceImplementation = {};
  for (const [key, method] of Object.entries(service.methods)) {
    const handler = (handlers as Readonly<Record<string, unknown>>)[key];
    if (typeof handler !== 'function')
      throw new Error(`${service.fullName}: no handler for ${key}`);
    implementation[key] = implementationOf(methodPath(service, method), method, handler, options);
  }
  server.addService(toServiceDefinition(service), implementation);
}

function implementationOf(
  path: string,
  { requestStream, responseStream }: GenericMethod,
  handler: unknown,
  options: AddServiceOptions,
): UntypedServiceImplementation[string] {
  if (requestStream) return handler as UntypedServiceImplementation[string];
  if (responseStream) return serverStream(path, handler as StreamFunction, options);
  return unary(path, handler as UnaryFunction, options);
}

type StreamFunction = (request: unknown, context: ServerCallContext) => AsyncIterable<unknown>;

function serverStream(
  path: string,
  handler: StreamFunction,
  options: AddServiceOptions,
): handleServerStreamingCall<unknown, unknown> {
  return (call) => {
    const context = contextOf(path, call, options.newRequestId);
    (async () => writeAll(call, handler(call.request, context), answerHead(context)))().then(
      () => call.end(),
      (error: unknown) => {
        options.onError?.(error, context);
        // What grpc-js makes the status of the stream.
        call.emit('error', domainErrorToStatus(error, context.requestId));
      },
    );
  };
}

type UnaryFunction = (request: unknown, context: ServerCallContext) => Promise<unknown>;

function unary(
  path: string,
  handler: UnaryFunction,
  options: AddServiceOptions,
): handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    const context = contextOf(path, call, options.newRequestId);
    // The extra function turns a synchronous throw into a rejection too.
    (async () => handler(call.request, context))().then(
      (response) => {
        call.sendMetadata(answerHead(context));
        callback(null, response);
      },
      (error: unknown) => {
        options.onError?.(error, context);
        callback(domainErrorToStatus(error, context.requestId));
      },
    );
  };
}

/** Not sent before there is an answer: clients repeat only calls that were refused without a head. */
function answerHead({ requestId }: ServerCallContext): Metadata {
  const head = new Metadata();
  head.set(REQUEST_ID_KEY, requestId);
  return head;
}

function contextOf(
  path: string,
  call: ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>,
  newRequestId: () => string,
): ServerCallContext {
  const abort = new AbortController();
  if (call.cancelled) abort.abort();
  else call.once('cancelled', () => abort.abort());
  return {
    path,
    metadata: call.metadata,
    peer: call.getPeer(),
    requestId: requestIdFrom(call.metadata, newRequestId),
    signal: abort.signal,
  };
}

/** The caller's `x-request-id` when it is a sane one, else a new id: it ends up in logs. */
export function requestIdFrom(metadata: Metadata, newRequestId: () => string): string {
  const [given] = metadata.get(REQUEST_ID_KEY);
  return typeof given === 'string' && isId(given) ? given : newRequestId();
}
