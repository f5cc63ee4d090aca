import { Server, ServerCredentials, type ServerInterceptor } from '@grpc/grpc-js';
import { systemClock, type Clock } from '@queqiao/runtime';
import { serverOptions, type GrpcServerTuning } from './channel-options.js';

export interface GrpcServerOptions extends GrpcServerTuning {
  readonly interceptors?: readonly ServerInterceptor[];
}

/** A server without services that does not listen yet. */
export function createGrpcServer(options: GrpcServerOptions = {}): Server {
  const { interceptors = [], ...tuning } = options;
  return new Server({ ...serverOptions(tuning), interceptors: [...interceptors] });
}

/** Listens without TLS, which belongs to the mesh or the load balancer. Port 0: any free one. Resolves with the port. */
export function startServer(server: Server, host: string, port: number): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, boundPort) => {
      if (error) reject(error);
      else resolve(boundPort);
    });
  });
}

/**
 * Takes no new calls, lets the running ones finish until `deadlineMs`, then cuts what is left: an open stream never holds it
 * up. Never rejects. True: everything ended by itself.
 */
export function stopServer(
  server: Server,
  deadlineMs: number,
  clock: Clock = systemClock,
): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(deadlineMs, () => {
      resolve(false);
      server.forceShutdown();
    });
    server.tryShutdown((error) => {
      timer.cancel();
      if (error) server.forceShutdown();
      resolve(error === undefined);
    });
  });
}
