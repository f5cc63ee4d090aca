export * from './gen/index.queqiao.admin.v1.js';
