import { WEBHOOK_RETRY_BASE_MS, WEBHOOK_RETRY_MAX_MS } from './limits.js';

/** Twice as long after each attempt, half of it by chance, so that what failed together comes again apart. */
export function retryDelayMs(
  attemptsBefore: number,
  retryAfterMs: number | null,
  random: () => number = Math.random,
): number {
  const boundMs = Math.min(WEBHOOK_RETRY_MAX_MS, WEBHOOK_RETRY_BASE_MS * 2 ** attemptsBefore);
  const delayMs = Math.floor(boundMs * (0.5 + random() / 2));
  return Math.max(delayMs, Math.min(retryAfterMs ?? 0, WEBHOOK_RETRY_MAX_MS));
}
