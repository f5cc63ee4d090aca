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
    | { readonly kind: 'signal'; readonly name: string; readonly data: Uint8Array }
    /** Encoded queqiao.client.v1.Presence. */
    | { readonly kind: 'presence'; readonly presence: Uint8Array }
    | {
        readonly kind: 'face-room';
        readonly roomId: string;
        readonly userIds: readonly UserId[];
        /** Empty: none yet. */
        readonly groupId: string;
      };
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

  /** All in one go, which counts as one under way. Returns at once and never throws. */
  push(transients: readonly TransientPush[]): void {
    const { metrics } = this.deps;
    if (this.#running >= this.limits.maxTransients) {
      metrics.transientsDropped.inc(transients.length);
      return;
    }
    this.#running += 1;
    metrics.transients.inc(transients.length);
    void this.#route(transients).finally(() => {
      this.#running -= 1;
    });
  }

  async #route(transients: readonly TransientPush[]): Promise<void> {
    const ticket = new DispatchTicket(() => {});
    const routed = await this.deps.router.route(
      transients.map((transient) => {
        const { appId, conversationId, origin } = transient;
        const large = transient.large && { appId, conversationId, ...transient.large };
        const users = transient.userIds.map((userId) => ({ appId, userId }));
        const payload = transientPayload(transient);
        return { payload, users, origin, ticket, transient: true, large };
      }),
    );
    routed.send();
    ticket.seal();
  }
}
