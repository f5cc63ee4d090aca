export { Delivery, type DeliveryDeps, type DeliveryOptions } from './delivery.js';
export { DEFAULT_DELIVERY_LIMITS, type DeliveryLimits } from './limits.js';
export { DueJobs, type DueJobRows } from './due-jobs.js';
export { EventBell } from './event-bell.js';
export { EventSequencer } from './event-sequencer.js';
export { LargeCrossings } from './large-crossings.js';
export { MomentJobs, type MomentJobRows } from './moment-jobs.js';
export { statePush } from './state-push.js';
export type * from './ports.js';
