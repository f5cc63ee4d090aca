export { Delivery, type DeliveryDeps, type DeliveryOptions } from './delivery.js';
export { DEFAULT_DELIVERY_LIMITS, type DeliveryLimits } from './limits.js';
export type * from './ports.js';
