import {
  createFileRegistry,
  fromBinary,
  type DescMessage,
  type FileRegistry,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@queqiao/protocol/descriptor';

export interface MethodSchema {
  readonly input: DescMessage;
  readonly output: DescMessage;
}

/** One message of the contract. Throws for a name that is not in it. */
export function messageSchema(name: string): DescMessage {
  const message = registryOfContract().getMessage(name);
  if (!message) throw new Error(`${name} is not in the descriptor set`);
  return message;
}

/** Request and response of every method of the contract, by `package.Service/Method`. */
export function methodSchemas(): ReadonlyMap<string, MethodSchema> {
  const registry = registryOfContract();
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

function registryOfContract(): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
}
