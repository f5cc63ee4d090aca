import { status, type Metadata, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { systemClock, type Clock } from '@queqiao/runtime';
import { toMetadata, type CallOptions, type ClientMethod } from './client.js';
import {
  methodPath,
  toMethodDefinition,
  type GenericMethod,
  type GenericServiceDefinition,
} from './generic-definition.js';
import {
  requestIdFrom,
  type AddServiceOptions,
  type ServerCallContext,
  type ServiceHandlers,
} from './service.js';
import { domainErrorToStatus } from './status.js';

type UnaryKeys<D extends GenericServiceDefinition> = {
  [K in keyof D['methods']]: D['methods'][K] extends { requestStream: false; responseStream: false }
    ? K
    : never;
}[keyof D['methods']];

/** The unary half of a GrpcClient. */
export type InMemoryClient<D extends GenericServiceDefinition> = {
  readonly [K in UnaryKeys<D>]: ClientMethod<D['methods'][K]>;
};

export interface InMemoryOptions extends AddServiceOptions {
  /** Runs the deadlines. */
  readonly clock?: Clock;
}

type UnaryFunction = (request: unknown, context: ServerCallContext) => Promise<unknown>;

/**
 * Calls the unary handlers of a service without a socket, so that they are tested as their callers see them: messages are
 * encoded and decoded both ways, errors are mapped and arrive as ServiceErrors, deadlines and signals end the call on both sides.
 */
export function createInMemoryClient<D extends GenericServiceDefinition>(
  service: D,
  handlers: Pick<ServiceHandlers<D>, UnaryKeys<D>>,
  options: InMemoryOptions,
): InMemoryClient<D> {
  const unary = Object.entries(service.methods).filter(
    ([, method]) => !method.requestStream && !method.responseStream,
  );
  const methods = unary.map(([key, method]) => {
    const handler = (handlers as Readonly<Record<string, unknown>>)[key] as UnaryFunction;
    return [key, inMemoryMethod(service, method, handler, options)] as const;
  });
  return Object.fromEntries(methods) as unknown as InMemoryClient<D>;
}

function inMemoryMethod(
  service: GenericServiceDefinition,
  method: GenericMethod,
  handler: UnaryFunction,
  options: InMemoryOptions,
): (request: unknown, call?: CallOptions) => Promise<unknown> {
  const definition = toMethodDefinition(service, method);
  return async (request, call = {}) => {
    const abort = new AbortController();
    const metadata = toMetadata(call.metadata);
    const context: ServerCallContext = {
      path: methodPath(service, method),
      metadata,
      peer: 'in-memory',
      requestId: requestIdFrom(metadata, options.newRequestId),
      signal: abort.signal,
    };
    const arrived = definition.requestDeserialize(definition.requestSerialize(request));
    const answer = async (): Promise<unknown> => {
      try {
        return await handler(arrived, context);
      } catch (error) {
        options.onError?.(error, context);
        throw serviceError(domainErrorToStatus(error, context.requestId));
      }
    };
    const response = await givingUp(call, abort, options.clock ?? systemClock, answer);
    return definition.responseDeserialize(definition.responseSerialize(response));
  };
}

/** Ends the wait at the deadline or the signal, and tells the handler. */
async function givingUp(
  call: CallOptions,
  abort: AbortController,
  clock: Clock,
  answer: () => Promise<unknown>,
): Promise<unknown> {
  let giveUp: (code: status, details: string) => void = () => undefined;
  const given = new Promise<never>((_, reject) => {
    giveUp = (code, details) => {
      reject(serviceError({ code, details, metadata: toMetadata({}) }));
      abort.abort();
    };
  });
  const onAbort = (): void => giveUp(status.CANCELLED, 'cancelled');
  if (call.signal?.aborted) onAbort();
  call.signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    call.deadlineMs === undefined
      ? undefined
      : clock.setTimer(call.deadlineMs, () =>
          giveUp(status.DEADLINE_EXCEEDED, 'deadline exceeded'),
        );
  try {
    return await (call.signal?.aborted ? given : Promise.race([given, answer()]));
  } finally {
    timer?.cancel();
    call.signal?.removeEventListener('abort', onAbort);
  }
}

function serviceError({ code, details, metadata }: StatusObject): ServiceError {
  const fields: { code: status; details: string; metadata: Metadata } = { code, details, metadata };
  return Object.assign(new Error(`${code} ${status[code]}: ${details}`), fields);
}
