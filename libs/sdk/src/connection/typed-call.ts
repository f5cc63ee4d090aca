import { QueqiaoError } from '../errors.js';
import type { CallTable } from './call-table.js';

/** A generated service definition, such as MessageServiceDefinition of `@queqiao/protocol/client`. */
export interface ServiceDefinition {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

interface MethodDefinition {
  readonly name: string;
  readonly requestType: {
    encode(message: never): { finish(): Uint8Array };
    fromPartial(message: never): unknown;
  };
  readonly responseType: { decode(input: Uint8Array): unknown };
}

export type MethodName<Service extends ServiceDefinition> = keyof Service['methods'] & string;
export type RequestOf<
  Service extends ServiceDefinition,
  Method extends MethodName<Service>,
> = Service['methods'][Method] extends {
  requestType: { encode(message: infer Request): unknown };
}
  ? Request
  : never;
export type ResponseOf<
  Service extends ServiceDefinition,
  Method extends MethodName<Service>,
> = Service['methods'][Method] extends {
  responseType: { decode(input: Uint8Array): infer Response };
}
  ? Response
  : never;

export interface CallOptions {
  /** Milliseconds until DEADLINE_EXCEEDED, waiting for a connection included. */
  readonly timeoutMs?: number;
  /** Left out: the request's conversationId, if it has one. */
  readonly affinity?: string;
  /** True: UNAVAILABLE at once when there is no session, or when it ends. */
  readonly thisSessionOnly?: boolean;
}

/** Calls one method; fields that are left out have their zero value. Rejects with a QueqiaoError only. */
export type Caller = <Service extends ServiceDefinition, Method extends MethodName<Service>>(
  service: Service,
  method: Method,
  request: Partial<RequestOf<Service, Method>>,
  options?: CallOptions,
) => Promise<ResponseOf<Service, Method>>;

export function createCaller(calls: CallTable, defaultTimeoutMs: number): Caller {
  return async (service, method, request, options = {}) => {
    const definition = service.methods[method];
    if (definition === undefined) throw new QueqiaoError('UNIMPLEMENTED', `no method ${method}`);
    const { requestType, responseType } = definition;
    const body = await calls.call({
      method: `${service.fullName}/${definition.name}`,
      body: requestType.encode(requestType.fromPartial(request as never) as never).finish(),
      affinity: options.affinity ?? affinityOf(request),
      timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
      thisSessionOnly: options.thisSessionOnly ?? false,
    });
    try {
      return responseType.decode(body) as never;
    } catch (cause) {
      throw new QueqiaoError('INTERNAL', 'the reply is malformed', { cause });
    }
  };
}

function affinityOf(request: unknown): string {
  const { conversationId } = request as { conversationId?: unknown };
  return typeof conversationId === 'string' ? conversationId : '';
}
