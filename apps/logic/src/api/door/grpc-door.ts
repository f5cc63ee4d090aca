import {
  addHealth,
  addReflection,
  addService,
  createGrpcServer,
  startServer,
  stopServer,
  type MessageCodec,
  type ServerCallContext,
} from '@queqiao/grpc-kit';
import { DomainError } from '@queqiao/domain';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import type { Clock } from '@queqiao/runtime';
import type { AnyService, ApiMethod, ApiStream } from '../api-service.js';
import type { CallObserver, NoteApp } from '../call-observer.js';
import type { MethodCaller } from '../method-caller.js';
import { whileAdmitted } from './admitted-stream.js';
import type { GrpcAuthentication } from './grpc-authentication.js';

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
  readonly authentication: Pick<GrpcAuthentication, 'user' | 'business' | 'operator'>;
  /** The same for streams that are open, by what is hardly older than the question. */
  readonly rechecks: Pick<GrpcAuthentication, 'business'>;
  readonly newRequestId: () => string;
  readonly clock: Clock;
}

/** Bodies stay bytes up to MethodCaller, so that both doors read them equally strictly. */
const raw: MessageCodec<Uint8Array> = {
  encode: (message) => ({ finish: () => message }),
  decode: (input) => input,
};

type PublicService = Extract<AnyService, { audience: 'user' | 'business' | 'operator' }>;
type Public = ApiMethod<'user'> | ApiMethod<'business'> | ApiMethod<'operator'>;
type Handler = (
  body: Uint8Array,
  call: ServerCallContext,
) => Promise<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * The public gRPC server: client services for users and for back ends in their place, server services for back ends, admin
 * services for operators if there are any, reflection and health.
 */
export class GrpcDoor {
  readonly #deps: GrpcDoorDeps;
  readonly #options: GrpcDoorOptions;
  readonly #server;
  readonly #health;
  readonly #names: string[] = [];
  readonly #leaving = new AbortController();

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
      if (service.audience !== 'node') this.#add(service);
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

  /** Takes no new calls; those that run have until `deadlineMs`. Streams are sent elsewhere at once. */
  async stop(deadlineMs: number): Promise<void> {
    this.#leaving.abort();
    await stopServer(this.#server, deadlineMs);
  }

  #add({ definition, methods, streams }: PublicService): void {
    const byName = new Map((methods as readonly Public[]).map((method) => [method.name, method]));
    const streamByName = new Map(streams.map((stream) => [stream.name, stream]));
    const handlers: Record<string, Handler> = {};
    const entries = Object.entries(definition.methods).map(([key, method]) => {
      const target = byName.get(method.name);
      if (target) handlers[key] = (body, call) => this.#answer(target, body, call);
      const stream = streamByName.get(method.name);
      if (stream) handlers[key] = (body, call) => this.#answerOn(stream, body, call);
      const codecs = { requestType: raw, responseType: raw };
      return [key, { ...method, ...codecs, requestStream: false }] as const;
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
      const { context, confirm } = await authentication.user(call, method);
      noteApp(context.appId);
      return caller.call(method, context, body, 'proto', confirm);
    }
    if (method.audience === 'operator') {
      return caller.call(method, await authentication.operator(call), body, 'proto');
    }
    const context = await authentication.business(call, method);
    noteApp(context.appId);
    return caller.call(method, context, body, 'proto');
  }

  #answerOn(
    method: ApiStream,
    body: Uint8Array,
    call: ServerCallContext,
  ): AsyncIterable<Uint8Array> {
    const { requestId } = call;
    const observed = { door: 'grpc', method: method.path, requestId } as const;
    return this.#deps.observer.observeStream(observed, (noteApp) =>
      this.#runOn(method, body, call, noteApp),
    );
  }

  /** Who calls is asked again and again: whoever may no longer call gets no further answer. */
  async *#runOn(
    method: ApiStream,
    body: Uint8Array,
    call: ServerCallContext,
    noteApp: NoteApp,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { authentication, rechecks, caller, clock } = this.#deps;
    const admitted = await authentication.business(call, method);
    noteApp(admitted.appId);
    yield* whileAdmitted((signal) => caller.stream(method, { ...admitted, signal }, body), {
      clock,
      recheck: () => rechecks.business(call, method),
      signal: AbortSignal.any([call.signal, this.#leaving.signal]),
    });
    if (this.#leaving.signal.aborted) {
      throw new DomainError('UNAVAILABLE', 'this server is to go: go on at another');
    }
  }
}
