import type { Server } from '@grpc/grpc-js';
import { UserServiceDefinition } from '@queqiao/protocol/client';
import { LinkServiceDefinition } from '@queqiao/protocol/link';
import { afterEach } from 'vitest';
import {
  addService,
  createGrpcClient,
  createGrpcServer,
  startServer,
  stopServer,
  type AddServiceOptions,
  type GrpcServerOptions,
  type ServiceHandlers,
} from '@queqiao/grpc-kit';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Undone after the test, in reverse order. */
export function after(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

export async function listen(
  fill: (server: Server) => void,
  options?: GrpcServerOptions,
): Promise<{ server: Server; address: string }> {
  const server = createGrpcServer(options);
  fill(server);
  const port = await startServer(server, '127.0.0.1', 0);
  after(() => stopServer(server, 0));
  return { server, address: `127.0.0.1:${port}` };
}

/** One method is enough here. */
const { getUsers: method } = UserServiceDefinition.methods;
const Users = { ...UserServiceDefinition, methods: { getUsers: method } };

export type GetUsers = ServiceHandlers<typeof UserServiceDefinition>['getUsers'];

export async function userService(
  getUsers: GetUsers,
  options: Partial<AddServiceOptions> & GrpcServerOptions = {},
) {
  const { onError, newRequestId = () => 'made-here', ...serverOptions } = options;
  const { server, address } = await listen((each) => {
    const errors = onError ? { onError } : {};
    addService(each, Users, { getUsers }, { newRequestId, ...errors });
  }, serverOptions);
  const client = createGrpcClient(Users, address, { ownConnection: true });
  after(() => client.close());
  return { server, address, client };
}

export { LinkServiceDefinition, UserServiceDefinition };
