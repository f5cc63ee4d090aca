import {
  createFileRegistry,
  fromBinary,
  fromJson,
  fromJsonString,
  toBinary,
  toJson,
  type DescMethod,
  type JsonObject,
  type JsonValue,
  type Registry,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@queqiao/protocol/descriptor';

export type { JsonObject, JsonValue };

let registry: Registry | undefined;

function contract(): Registry {
  return (registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet())));
}

function describe(method: string): DescMethod {
  const known = contract();
  const [service = '', name = ''] = method.split('/');
  const found = known.getService(service)?.methods.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${method} is not in the descriptor set`);
  return found;
}

/** An encoded request as the UTF-8 JSON that stands inline in the JSON subprotocol. */
export function requestToJson(method: string, request: Uint8Array): Uint8Array {
  const { input } = describe(method);
  return new TextEncoder().encode(JSON.stringify(toJson(input, fromBinary(input, request))));
}

/** The other way for a response. Throws for unknown or mistyped fields. */
export function responseFromJson(method: string, body: Uint8Array): Uint8Array {
  const { output } = describe(method);
  return toBinary(output, fromJsonString(output, new TextDecoder().decode(body)));
}

/** All methods of a package that have one answer, as `package.Service/Method`. */
export function methodsOf(packageName: string): string[] {
  const services = [...contract()].filter((each) => each.kind === 'service');
  return services
    .filter(({ file }) => file.proto.package === packageName)
    .flatMap(({ typeName, methods }) =>
      methods
        .filter(({ methodKind }) => methodKind === 'unary')
        .map(({ name }) => `${typeName}/${name}`),
    )
    .sort();
}

/** A request for binary doors; fields may have their proto names. Throws for unknown and mistyped ones. */
export function requestFromJson(method: string, request: JsonObject): Uint8Array {
  const { input } = describe(method);
  return toBinary(input, fromJson(input, request));
}

/** A response of a binary door, as the JSON subprotocol shows it. */
export function responseToJson(method: string, response: Uint8Array): JsonValue {
  const { output } = describe(method);
  return toJson(output, fromBinary(output, response), { alwaysEmitImplicit: true });
}

/** Whether the request can say anything. */
export function takesFields(method: string): boolean {
  return describe(method).input.fields.length > 0;
}
