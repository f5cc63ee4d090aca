export * from './gen/index.queqiao.link.v1.js';
