import {
  createFileRegistry,
  fromBinary,
  fromJsonString,
  toBinary,
  toJson,
  type DescMethod,
  type Registry,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@queqiao/protocol/descriptor';

let registry: Registry | undefined;

function describe(method: string): DescMethod {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
  const [service = '', name = ''] = method.split('/');
  const found = registry.getService(service)?.methods.find((each) => each.name === name);
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
