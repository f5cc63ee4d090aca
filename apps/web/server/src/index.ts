export { createWebServer, type WebServer, type WebServerOverrides } from './app.js';
export { webServerConfig, type WebServerConfig } from './config.js';
export type { UserUpserts } from './people/sign-in.js';
