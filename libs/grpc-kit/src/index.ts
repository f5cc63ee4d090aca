export * from './channel-options.js';
export * from './client.js';
export * from './generic-definition.js';
export * from './server.js';
export * from './service.js';
export * from './status.js';
export * from './health.js';
export { addReflection, type ReflectionOptions } from './reflection.js';
export * from './in-memory-client.js';
