export * from './encode-message.js';
