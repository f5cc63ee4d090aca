import { invalidArgument } from '@queqiao/domain';
import type { AnyService, ApiMethod, Audience, Contexts } from './api-service.js';
import { binaryToJson, jsonToBinary } from './json-transcoder.js';
import { methodSchemas, type MethodSchema } from './method-schemas.js';
import { checkWire } from './wire-check.js';

export type BodyCodec = 'proto' | 'json';

/** From the bytes of a request to the bytes of its response, the same way for every door. */
export class MethodCaller {
  readonly #schemas = new Map<string, MethodSchema>();

  /** Throws when a service is not part of the contract. */
  constructor(services: readonly AnyService[]) {
    const schemas = methodSchemas();
    const paths = services.flatMap(({ methods }) => methods.map(({ path }) => path));
    for (const path of paths) {
      const schema = schemas.get(path);
      if (!schema) throw new Error(`${path} is not in the descriptor set`);
      this.#schemas.set(path, schema);
    }
  }

  /** Rejects with INVALID_ARGUMENT for a malformed body, else with whatever the handler throws. */
  async call<A extends Audience>(
    method: ApiMethod<A>,
    context: Contexts[A],
    body: Uint8Array,
    codec: BodyCodec,
  ): Promise<Uint8Array> {
    const schema = this.#schemas.get(method.path);
    if (!schema) throw new Error(`${method.path} was not given to the constructor`);
    const request = decode(method, schema, body, codec);
    const response = method.encode(await method.handle(request, context));
    return codec === 'json' ? binaryToJson(schema.output, response) : response;
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
