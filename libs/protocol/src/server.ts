export * from './gen/index.queqiao.server.v1.js';
