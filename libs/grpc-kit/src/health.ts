import type { Server } from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';

export interface Health {
  /** '' is the server as a whole. Watchers are told at once. */
  setStatus(service: string, serving: ServingStatus): void;
}

export type { ServingStatus };

/** Adds grpc.health.v1.Health. The server as a whole starts as NOT_SERVING; other names are unknown until they are set. */
export function addHealth(server: Server): Health {
  const health = new HealthImplementation({ '': 'NOT_SERVING' });
  health.addToServer(server);
  return health;
}
