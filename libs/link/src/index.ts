export * from './duplex-stream.js';
export * from './errors.js';
export * from './frame.js';
export * from './limits.js';
export * from './link-channel.js';
export * from './link-metrics.js';
export * from './protocol-version.js';
export { type Settle, type SettleOutcome } from './send-queue.js';
