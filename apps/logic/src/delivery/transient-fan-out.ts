import type { AppId, ConversationId, Sender, UserId } from '@queqiao/domain';
import type { Origin } from '../append/index.js';
import type { DeliveryMetrics } from './delivery-metrics.js';
import { DispatchTicket } from './dispatch-ticket.js';
import type { DeliveryLimits } from './limits.js';
import { transientPayload } from './push-payload.js';
import type { PushRouter } from './push-router.js';

/** Something for those who are online, which nothing stores. */
export interface TransientPush {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly sender: Sender;
  readonly createdMs: number;
  readonly event:
    /** Encoded queqiao.client.v1.Content. */
    | { readonly kind: 'content'; readonly content: Uint8Array }
    | { readonly kind: 'signal'; readonly name: string; readonly data: Uint8Array };
  readonly userIds: readonly UserId[];
  /** In a large group, for everybody in it: `userIds` is empty. */
  readonly large?: { readonly seq: number; readonly leaveVersion: number } | undefined;
  readonly origin?: Origin | undefined;
}

/**
 * Pushes once and forgets: what is lost on the way is lost, and causes no resync, because there is nothing to sync. Bounded:
 * above the limit pushes are dropped and counted, so that a flood of signals cannot delay messages.
 */
export class TransientFanOut {
  #running = 0;

  constructor(
    readonly deps: { readonly router: PushRouter; readonly metrics: DeliveryMetrics },
    readonly limits: Pick<DeliveryLimits, 'maxTransients'>,
  ) {}

  /** Returns at once and never throws. */
  push(transient: TransientPush): void {
    const { metrics } = this.deps;
    if (this.#running >= this.limits.maxTransients) {
      metrics.transientsDropped.inc();
      return;
    }
    this.#running += 1;
    metrics.transients.inc();
    void this.#route(transient).finally(() => {
      this.#running -= 1;
    });
  }

  async #route(transient: TransientPush): Promise<void> {
    const { appId, conversationId, userIds, origin } = transient;
    const large = transient.large && { appId, conversationId, ...transient.large };
    const ticket = new DispatchTicket(() => {});
    const users = userIds.map((userId) => ({ appId, userId }));
    const payload = transientPayload(transient);
    const routed = await this.deps.router.route([
      { payload, users, origin, ticket, transient: true, large },
    ]);
    routed.send();
    ticket.seal();
  }
}
