export * from './gen/index.queqiao.common.v1.js';
export * from './errors.js';
