export * from './guarded-request.js';
export { allowsHost, type Resolve } from './guarded-address.js';
export * from './outbound-failure.js';
export * from './secret-box.js';
export * from './signature.js';
