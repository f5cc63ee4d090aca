export * from './json-item-codec.js';
