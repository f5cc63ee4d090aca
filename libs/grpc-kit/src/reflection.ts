import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';

export interface ReflectionOptions {
  /** Full names of the services to list; all of the descriptor set when left out. */
  readonly services?: string[];
}

/**
 * Adds server reflection (v1 and v1alpha) from the bytes of a FileDescriptorSet with all its imports. Throws for a service that
 * the set does not describe.
 */
export function addReflection(
  server: Server,
  descriptorSetBytes: Uint8Array,
  options: ReflectionOptions = {},
): void {
  const { file: files } = fromBinary(FileDescriptorSetSchema, descriptorSetBytes);
  const described = new Set(
    files.flatMap((file) => file.service.map(({ name }) => `${file.package}.${name}`)),
  );
  const missing = options.services?.find((name) => !described.has(name));
  if (missing !== undefined) throw new Error(`${missing} is not in the descriptor set`);
  // The files as they were compiled. Those that proto-loader would make of them name types relative to the package, which other
  // languages' clients do not take.
  const fileDescriptorProtos = files.map((file) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, file)),
  );
  const format = 'Protocol Buffer 3 EnumDescriptorProto';
  // Only the files of a definition are read.
  new ReflectionService({ all: { format, type: {}, fileDescriptorProtos } }, options).addToServer(
    server,
  );
}
