import { createFileRegistry, fromBinary, type DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@queqiao/protocol/descriptor';

export interface MethodSchema {
  readonly input: DescMessage;
  readonly output: DescMessage;
}

/** Request and response of every method of the contract, by `package.Service/Method`. */
export function methodSchemas(): ReadonlyMap<string, MethodSchema> {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
  const schemas = new Map<string, MethodSchema>();
  for (const file of registry.files) {
    for (const service of file.services) {
      for (const { name, input, output } of service.methods) {
        schemas.set(`${service.typeName}/${name}`, { input, output });
      }
    }
  }
  return schemas;
}
