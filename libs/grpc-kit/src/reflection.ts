import type { Server } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
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
  const described = loadFileDescriptorSetFromBuffer(Buffer.from(descriptorSetBytes));
  const missing = options.services?.find((name) => !(name in described));
  if (missing !== undefined) throw new Error(`${missing} is not in the descriptor set`);
  new ReflectionService(described, options).addToServer(server);
}
