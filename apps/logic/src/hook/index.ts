export { BeforeSend, HOOK_MAX_IN_FLIGHT, HOOK_MESSAGE_MAX } from './before-send.js';
export { HookFailure } from './hook-failure.js';
export { HookHealth, HOOK_NOTE_MAX_APPS, HOOK_NOTE_PAUSE_MS } from './hook-health.js';
export { HOOK_MAX_ANSWER_BYTES, HttpHookCaller } from './hook-caller.js';
export type * from './ports.js';
