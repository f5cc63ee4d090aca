export { CallDispatch, type CallDispatchLimits } from './call-dispatch.js';
export { ConnectLinkHub } from './connect-link-hub.js';
export type { LinkHubOptions } from './link-hub-options.js';
export { LinkServer } from './link-server.js';
export type * from './ports.js';
