import type { Clock, Logger } from '@queqiao/runtime';
import type { EventEar } from '../usecase/event/ports.js';
import type {
  EventSender,
  HeldWebhook,
  Target,
  WebhookEvents,
  WebhookKey,
  WebhookRows,
} from './ports.js';
import type { AppSlots } from './request-slots.js';
import type { WebhookMetrics } from './webhook-metrics.js';

export interface RunnerDeps {
  readonly rows: WebhookRows;
  readonly events: WebhookEvents;
  readonly sender: EventSender;
  /** Without secrets when no key opens the present one. */
  readonly open: (key: WebhookKey, held: HeldWebhook) => Promise<Target>;
  readonly slots: AppSlots;
  /** Whether others still leave its webhooks to this node, as far as it knows. */
  readonly mayBegin: () => boolean;
  /** Whether this node may read a page more. */
  readonly hasRoom: () => boolean;
  readonly ear: EventEar;
  readonly clock: Clock;
  /** The database's time. */
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly metrics: WebhookMetrics;
}
