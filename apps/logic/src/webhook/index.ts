export { HttpSender, type EncodeEvent } from './http-sender.js';
export type { HeldWebhook, Target, WebhookKey } from './ports.js';
export { WebhookPump } from './webhook-pump.js';
