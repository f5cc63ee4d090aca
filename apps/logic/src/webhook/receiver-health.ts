import { Backoff } from '@queqiao/runtime';
import type { ConversationId } from '@queqiao/domain';
import {
  WEBHOOK_AWAY_MAX_CONVERSATIONS,
  WEBHOOK_PROBE_BASE_MS,
  WEBHOOK_PROBE_MAX_MS,
  WEBHOOK_RETRY_MAX_MS,
} from './limits.js';

/**
 * Whether a receiver is away, rather than refusing this or that: then one request at a time finds out when it is back, and what has not
 * been tried waits without being refused first.
 */
export class ReceiverHealth {
  readonly #failed = new Set<ConversationId>();
  readonly #backoff;
  #probeAtMs = 0;

  constructor(random: () => number = Math.random) {
    // Half of a pause is certain: a probe at once would tell nothing new.
    const spread = () => 0.5 + random() / 2;
    const bounds = { baseMs: WEBHOOK_PROBE_BASE_MS, maxMs: WEBHOOK_PROBE_MAX_MS };
    this.#backoff = new Backoff({ ...bounds, random: spread });
  }

  get isAway(): boolean {
    return this.#failed.size >= WEBHOOK_AWAY_MAX_CONVERSATIONS;
  }

  /** While it is away; by the clock that failures are told with. */
  get probeAtMs(): number {
    return this.#probeAtMs;
  }

  /** Requests that were begun before it counted as away put off no probe. `retryAfterMs`: what the receiver has asked for, if it has. */
  failed(conversationId: ConversationId, nowMs: number, retryAfterMs: number | null): void {
    if (this.isAway && nowMs < this.#probeAtMs) return;
    if (!this.isAway) this.#failed.add(conversationId);
    if (!this.isAway) return;
    const askedMs = Math.min(retryAfterMs ?? 0, WEBHOOK_RETRY_MAX_MS);
    this.#probeAtMs = nowMs + Math.max(this.#backoff.next(), askedMs);
  }

  /** True: it was away. */
  succeeded(): boolean {
    const { isAway } = this;
    this.#failed.clear();
    this.#backoff.reset();
    return isAway;
  }
}
