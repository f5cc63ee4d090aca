import type { GenericServiceDefinition, RequestOf, ResponseOf } from '@queqiao/grpc-kit';
import { encodeMessage } from '@queqiao/protocol';
import type { BusinessContext, NodeContext, UserContext } from '../usecase/caller.js';

/** Who may call a service, and what its handlers learn about the caller. */
export interface Contexts {
  readonly user: UserContext;
  readonly business: BusinessContext;
  readonly node: NodeContext;
}
export type Audience = keyof Contexts;

/** One handler per method of a generated service: a forgotten one does not compile. */
export type Handlers<D extends GenericServiceDefinition, A extends Audience> = {
  readonly [K in keyof D['methods']]: (
    request: RequestOf<D['methods'][K]>,
    context: Contexts[A],
  ) => Promise<ResponseOf<D['methods'][K]>>;
};

/** One method, whatever its messages. */
export interface ApiMethod<A extends Audience = Audience> {
  readonly audience: A;
  /** `queqiao.client.v1.MessageService/Send`: the name on the socket, without gRPC's leading slash. */
  readonly path: string;
  readonly service: string;
  readonly name: string;
  readonly decode: (body: Uint8Array) => unknown;
  readonly encode: (response: unknown) => Uint8Array;
  readonly handle: (request: unknown, context: Contexts[A]) => Promise<unknown>;
}
export type AnyMethod = { readonly [A in Audience]: ApiMethod<A> }[Audience];

export interface ApiService<A extends Audience = Audience> {
  readonly audience: A;
  readonly definition: GenericServiceDefinition;
  readonly methods: readonly ApiMethod<A>[];
}
export type AnyService = { readonly [A in Audience]: ApiService<A> }[Audience];

/** Ties the handlers of a service to its generated definition. */
export function defineService<A extends Audience, D extends GenericServiceDefinition>(
  audience: A,
  definition: D,
  handlers: Handlers<D, A>,
): ApiService<A> {
  const byKey = handlers as Readonly<Record<string, ApiMethod<A>['handle']>>;
  const methods = Object.entries(definition.methods).map(([key, method]): ApiMethod<A> => {
    const handle = byKey[key];
    if (!handle || method.requestStream || method.responseStream) {
      throw new Error(`${definition.fullName}/${method.name} has no unary handler`);
    }
    return {
      audience,
      path: `${definition.fullName}/${method.name}`,
      service: definition.fullName,
      name: method.name,
      decode: (body) => method.requestType.decode(body),
      encode: (response) => encodeMessage(method.responseType, response),
      handle,
    };
  });
  return { audience, definition, methods };
}
