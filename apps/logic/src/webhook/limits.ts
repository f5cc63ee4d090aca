/** Requests of one webhook under way at a time. */
export const WEBHOOK_MAX_REQUESTS = 16;
/** Of all webhooks at one node; an app has its share of them. */
export const WEBHOOK_NODE_MAX_REQUESTS = 512;
/** Events of one webhook that are read and not dealt with. */
export const WEBHOOK_MAX_WINDOW = 400;
/** Bytes of the contents of such events at one node; a webhook that has none may always read a page. */
export const WEBHOOK_NODE_MAX_BYTES = 67_108_864;
/** What is sent was read no longer before, or is read again; so long is it kept, too. */
export const WEBHOOK_CONTENT_MAX_AGE_MS = 5_000;
/** Entries of a conversation that waits that are looked at, in one read, for one that the webhook wants. */
export const WEBHOOK_MAX_SCAN = 1_000;
/** From resolving the name to the end of the answer. */
export const WEBHOOK_TIMEOUT_MS = 10_000;
/** Of the body of an answer. */
export const WEBHOOK_MAX_RESPONSE_BYTES = 16_384;
/** The longest pause before the second attempt; each further one is twice as long. */
export const WEBHOOK_RETRY_BASE_MS = 500;
export const WEBHOOK_RETRY_MAX_MS = 300_000;
/** An event that is refused for so long is given up on. */
export const WEBHOOK_GIVE_UP_MS = 86_400_000;
/** Conversations whose requests fail one after the other, with no success between, until the receiver counts as away. */
export const WEBHOOK_AWAY_MAX_CONVERSATIONS = 4;
/** Pauses between requests to a receiver that is away. */
export const WEBHOOK_PROBE_BASE_MS = 500;
export const WEBHOOK_PROBE_MAX_MS = 60_000;
/** How much later than the rest a wait is due, at most, when the receiver is back. */
export const WEBHOOK_BACK_SPREAD_MS = 1_000;
