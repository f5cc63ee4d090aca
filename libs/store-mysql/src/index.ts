export * from './account-types.js';
export * from './app-settings.js';
export * from './append-types.js';
export * from './conversation-types.js';
export type * from './database.js';
export type * from './durability.js';
export * from './errors.js';
