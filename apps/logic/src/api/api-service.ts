import type {
  GenericMethod,
  GenericServiceDefinition,
  RequestOf,
  ResponseOf,
} from '@queqiao/grpc-kit';
import { encodeMessage } from '@queqiao/protocol';
import type {
  BusinessContext,
  NodeContext,
  OperatorContext,
  StreamContext,
  UserContext,
} from '../usecase/caller.js';

/** Who may call a service, and what its handlers learn about the caller. */
export interface Contexts {
  readonly user: UserContext;
  readonly business: BusinessContext;
  readonly node: NodeContext;
  readonly operator: OperatorContext;
}
export type Audience = keyof Contexts;

/** One handler per method of a generated service: a forgotten one does not compile. Streams are for back ends alone. */
export type Handlers<D extends GenericServiceDefinition, A extends Audience> = {
  readonly [K in keyof D['methods']]: D['methods'][K] extends { readonly responseStream: true }
    ? A extends 'business'
      ? StreamHandler<RequestOf<D['methods'][K]>, ResponseOf<D['methods'][K]>>
      : never
    : (
        request: RequestOf<D['methods'][K]>,
        context: Contexts[A],
      ) => Promise<ResponseOf<D['methods'][K]>>;
};

/** Ends by itself soon after the signal is aborted. */
type StreamHandler<Request, Response> = (
  request: Request,
  context: StreamContext,
) => AsyncIterable<Response>;

interface MethodShape {
  /** `queqiao.client.v1.MessageService/Send`: the name on the socket, without gRPC's leading slash. */
  readonly path: string;
  readonly service: string;
  readonly name: string;
  readonly decode: (body: Uint8Array) => unknown;
  readonly encodeRequest: (request: unknown) => Uint8Array;
  readonly encode: (response: unknown) => Uint8Array;
}

/** One method with one answer, whatever its messages. */
export interface ApiMethod<A extends Audience = Audience> extends MethodShape {
  readonly audience: A;
  readonly handle: (request: unknown, context: Contexts[A]) => Promise<unknown>;
}
export type AnyMethod = { readonly [A in Audience]: ApiMethod<A> }[Audience];

/** One that answers with a stream. */
export interface ApiStream extends MethodShape {
  readonly audience: 'business';
  readonly handle: StreamHandler<unknown, unknown>;
}

export interface ApiService<A extends Audience = Audience> {
  readonly audience: A;
  readonly definition: GenericServiceDefinition;
  readonly methods: readonly ApiMethod<A>[];
  readonly streams: readonly ApiStream[];
}
export type AnyService = { readonly [A in Audience]: ApiService<A> }[Audience];

/** Ties the handlers of a service to its generated definition. */
export function defineService<A extends Audience, D extends GenericServiceDefinition>(
  audience: A,
  definition: D,
  handlers: Handlers<D, A>,
): ApiService<A> {
  const byKey = handlers as Readonly<Record<string, unknown>>;
  const methods: ApiMethod<A>[] = [];
  const streams: ApiStream[] = [];
  for (const [key, method] of Object.entries(definition.methods)) {
    const handle = byKey[key];
    const shape = shapeOf(definition, method);
    if (typeof handle !== 'function' || method.requestStream) {
      throw new Error(`${shape.path} has no handler`);
    }
    if (!method.responseStream) {
      methods.push({ ...shape, audience, handle: handle as ApiMethod<A>['handle'] });
    } else if (audience === 'business') {
      streams.push({ ...shape, audience, handle: handle as ApiStream['handle'] });
    } else {
      throw new Error(`${shape.path} is a stream, which only back ends can call`);
    }
  }
  return { audience, definition, methods, streams };
}

function shapeOf(definition: GenericServiceDefinition, method: GenericMethod): MethodShape {
  return {
    path: `${definition.fullName}/${method.name}`,
    service: definition.fullName,
    name: method.name,
    decode: (body) => method.requestType.decode(body),
    encodeRequest: (request) => encodeMessage(method.requestType, request),
    encode: (response) => encodeMessage(method.responseType, response),
  };
}
