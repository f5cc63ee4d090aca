import {
  addHealth,
  addReflection,
  addService,
  createGrpcServer,
  startServer,
  stopServer,
  type GenericServiceDefinition,
  type MessageCodec,
  type ServerCallContext,
} from '@queqiao/grpc-kit';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import type { AnyService, ApiMethod } from '../api-service.js';
import type { CallObserver, NoteApp } from '../call-observer.js';
import type { MethodCaller } from '../method-caller.js';
import type { GrpcAuthentication } from './grpc-authentication.js';
import { needsActiveApp } from './suspended-apps.js';

/** Larger requests and responses are refused by gRPC with RESOURCE_EXHAUSTED. */
export const GRPC_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/**
 * Clients look for servers again only when a connection ends, so every connection does: after its age it takes no new calls, and
 * what is still open a grace later is cut, long after any call was answered.
 */
export const DEFAULT_GRPC_DOOR_AGES = {
  maxConnectionAgeMs: 5 * 60 * 1_000,
  maxConnectionAgeGraceMs: 30_000,
};

export interface GrpcDoorOptions extends Partial<typeof DEFAULT_GRPC_DOOR_AGES> {
  readonly host: string;
  readonly port: number;
}

export interface GrpcDoorDeps {
  readonly services: readonly AnyService[];
  readonly caller: MethodCaller;
  readonly observer: CallObserver;
  readonly authentication: Pick<GrpcAuthentication, 'user' | 'business'>;
  readonly newRequestId: () => string;
}

/** Bodies stay bytes up to MethodCaller, so that both doors read them equally strictly. */
const raw: MessageCodec<Uint8Array> = {
  encode: (message) => ({ finish: () => message }),
  decode: (input) => input,
};

type Public = ApiMethod<'user'> | ApiMethod<'business'>;
type Handler = (body: Uint8Array, call: ServerCallContext) => Promise<Uint8Array>;

/** The public gRPC server: client services for users, server services for back ends, reflection and health. */
export class GrpcDoor {
  readonly #deps: GrpcDoorDeps;
  readonly #options: GrpcDoorOptions;
  readonly #server;
  readonly #health;
  readonly #names: string[] = [];

  constructor(deps: GrpcDoorDeps, options: GrpcDoorOptions) {
    this.#deps = deps;
    this.#options = options;
    const { maxConnectionAgeMs, maxConnectionAgeGraceMs } = {
      ...DEFAULT_GRPC_DOOR_AGES,
      ...options,
    };
    this.#server = createGrpcServer({
      maxMessageBytes: GRPC_MAX_MESSAGE_BYTES,
      maxConnectionAgeMs,
      maxConnectionAgeGraceMs,
    });
    this.#health = addHealth(this.#server);
    for (const service of deps.services) {
      if (service.audience !== 'node') this.#add(service.definition, service.methods);
    }
    addReflection(this.#server, descriptorSet(), { services: this.#names });
  }

  /** Resolves with the port. */
  start(): Promise<number> {
    return startServer(this.#server, this.#options.host, this.#options.port);
  }

  setServing(serving: boolean): void {
    const status = serving ? 'SERVING' : 'NOT_SERVING';
    for (const name of ['', ...this.#names]) this.#health.setStatus(name, status);
  }

  /** Takes no new calls; those that run have until `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    await stopServer(this.#server, deadlineMs);
  }

  #add(definition: GenericServiceDefinition, methods: readonly Public[]): void {
    const byName = new Map(methods.map((method) => [method.name, method]));
    const handlers: Record<string, Handler> = {};
    const entries = Object.entries(definition.methods).map(([key, method]) => {
      const target = byName.get(method.name);
      if (target) handlers[key] = (body, call) => this.#answer(target, body, call);
      const codecs = { requestType: raw, responseType: raw };
      return [key, { ...method, ...codecs, requestStream: false, responseStream: false }] as const;
    });
    const rawDefinition = { ...definition, methods: Object.fromEntries(entries) };
    const { newRequestId } = this.#deps;
    addService(this.#server, rawDefinition, handlers, { newRequestId });
    this.#names.push(definition.fullName);
  }

  async #answer(method: Public, body: Uint8Array, call: ServerCallContext): Promise<Uint8Array> {
    const { requestId } = call;
    const observed = { door: 'grpc', method: method.path, requestId } as const;
    const outcome = await this.#deps.observer.observe(observed, (noteApp) =>
      this.#run(method, body, call, noteApp),
    );
    if ('body' in outcome) return outcome.body;
    throw outcome.error;
  }

  async #run(
    method: Public,
    body: Uint8Array,
    call: ServerCallContext,
    noteApp: NoteApp,
  ): Promise<Uint8Array> {
    const { authentication, caller } = this.#deps;
    if (method.audience === 'user') {
      const context = await authentication.user(call, needsActiveApp(method));
      noteApp(context.appId);
      return caller.call(method, context, body, 'proto');
    }
    const context = await authentication.business(call, needsActiveApp(method));
    noteApp(context.appId);
    return caller.call(method, context, body, 'proto');
  }
}
