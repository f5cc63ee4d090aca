import { invalidArgument } from '@queqiao/domain';
import { demandWanted, type StreamContext } from '../usecase/caller.js';
import type { AnyService, ApiMethod, ApiStream, Audience, Contexts } from './api-service.js';
import type { CallAdmission } from './call-admission.js';
import { binaryToJson, jsonToBinary } from './json-transcoder.js';
import { methodSchemas, type MethodSchema } from './method-schemas.js';
import { requestDigest } from './request-digest.js';
import { PageBinding } from './page-token.js';
import type { Settling } from './settling.js';
import { checkWire } from './wire-check.js';

export type BodyCodec = 'proto' | 'json';

/** From the bytes of a request to the bytes of its response, the same way for every door. */
export class MethodCaller {
  readonly #schemas = new Map<string, MethodSchema>();

  /** Throws when a service is not part of the contract. Without an admission every call may be carried out. */
  constructor(
    services: readonly AnyService[],
    private readonly admission?: Pick<CallAdmission, 'run' | 'admit'>,
    private readonly settling?: Pick<Settling, 'settle'>,
  ) {
    const schemas = methodSchemas();
    const paths = services.flatMap(({ methods, streams }) =>
      [...methods, ...streams].map(({ path }) => path),
    );
    for (const path of paths) {
      const schema = schemas.get(path);
      if (!schema) throw new Error(`${path} is not in the descriptor set`);
      this.#schemas.set(path, schema);
    }
  }

  /**
   * Rejects with RATE_LIMITED, INVALID_ARGUMENT for a malformed body, else with whatever `confirm` or the handler throws. `confirm`
   * is what is still to be found out about the caller, once the call is admitted.
   */
  async call<A extends Audience>(
    method: ApiMethod<A>,
    context: Contexts[A],
    body: Uint8Array,
    codec: BodyCodec,
    confirm?: () => Promise<unknown>,
  ): Promise<Uint8Array> {
    const carryOut = () => this.#carryOut(method, context, body, codec);
    // Operators and connect nodes are not limited.
    if (this.admission === undefined || !('appId' in context)) {
      await confirm?.();
      return carryOut();
    }
    const settle = async () => this.settling?.settle(method.path, context.signal);
    return this.admission.run(method.path, context, { confirm, carryOut, settle });
  }

  async #carryOut<A extends Audience>(
    method: ApiMethod<A>,
    context: Contexts[A],
    body: Uint8Array,
    codec: BodyCodec,
  ): Promise<Uint8Array> {
    const schema = this.#schemaOf(method);
    // It may have waited for what says who calls.
    demandWanted(context.signal);
    const request = decode(method, schema, body, codec);
    const page = PageBinding.of(method.path, context, request);
    const digest = requestDigest(method, request);
    const asking = digest === undefined ? context : { ...context, requestDigest: digest };
    const answer = await method.handle(page ? page.open(request) : request, asking);
    const response = method.encode(page ? page.seal(answer) : answer);
    return codec === 'json' ? binaryToJson(schema.output, response) : response;
  }

  /** The same for an answer that goes on; binary only. */
  async *stream(
    method: ApiStream,
    context: StreamContext,
    body: Uint8Array,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    await this.admission?.admit(method.path, context);
    const request = decode(method, this.#schemaOf(method), body, 'proto');
    for await (const response of method.handle(request, context)) yield method.encode(response);
  }

  #schemaOf({ path }: { readonly path: string }): MethodSchema {
    const schema = this.#schemas.get(path);
    if (!schema) throw new Error(`${path} was not given to the constructor`);
    return schema;
  }
}

function decode(
  method: Pick<ApiMethod, 'decode'>,
  { input }: MethodSchema,
  body: Uint8Array,
  codec: BodyCodec,
): unknown {
  const bytes = codec === 'json' ? jsonToBinary(input, body) : body;
  checkWire(input, bytes);
  try {
    return method.decode(bytes);
  } catch {
    // What the check lets pass and the generated reader does not.
    throw invalidArgument('body', 'is malformed');
  }
}
