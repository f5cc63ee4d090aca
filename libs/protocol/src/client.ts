export * from './gen/index.queqiao.client.v1.js';
