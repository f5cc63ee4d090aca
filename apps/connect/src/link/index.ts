export { createGrpcDialer } from './grpc-dialer.js';
export type { LogicNode } from './logic-link-ports.js';
export { LogicPool, type LogicDiscovery, type LogicPoolOptions } from './logic-pool.js';
export type { LogicDialer } from './logic-stream.js';
export type * from './ports.js';
