export * from './close-codes.js';
export * from './conversation-id.js';
export * from './domain-error.js';
export * from './error-table.js';
export * from './ids.js';
export * from './membership.js';
export * from './sender.js';
