export { createConnect, type Connect, type ConnectOverrides, type Link } from './app.js';
export { connectConfig, type ConnectConfig } from './config.js';
