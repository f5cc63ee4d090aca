export { BeforeSend, HOOK_MAX_IN_FLIGHT, HOOK_MESSAGE_MAX } from './before-send.js';
export { HOOK_MAX_ANSWER_BYTES, HttpHookCaller } from './hook-caller.js';
export type * from './ports.js';
