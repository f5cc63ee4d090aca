export * from './gen/index.queqiao.common.v1.js';
