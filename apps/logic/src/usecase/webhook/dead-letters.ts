import { DomainError, invalidArgument } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import { checkId } from '../admin/administer.js';
import type { Refusals } from '../admin/ports.js';
import { recorded } from '../admin/recorded.js';
import { noSuchWebhook } from './check-webhook.js';
import type { DeadLetter, ManagedWebhooks } from './ports.js';

export const DEAD_LETTERS_LIMIT_DEFAULT = 100;
export const DEAD_LETTERS_LIMIT_MAX = 500;
/** Events that one call names. */
export const REPLAY_MAX_IDS = 100;

/** What was given up on. Errors: NOT_FOUND, ALREADY_EXISTS, LIMIT_EXCEEDED, INVALID_ARGUMENT, UNAVAILABLE. */
export class DeadLetters {
  constructor(readonly deps: { readonly webhooks: ManagedWebhooks; readonly refusals: Refusals }) {}

  async list(
    { appId }: BusinessContext,
    input: { readonly webhookId: string; readonly pageToken: string; readonly limit: number },
  ): Promise<{ deadLetters: DeadLetter[]; nextPageToken: string }> {
    const { webhooks } = this.deps;
    const webhookId = checkId(input.webhookId, 'webhook_id');
    const bounds = { byDefault: DEAD_LETTERS_LIMIT_DEFAULT, max: DEAD_LETTERS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const at = decodePage(input.pageToken, ['number', 'id']);
    const before = at && { diedMs: at[0], eventId: at[1] };
    if ((await webhooks.get(appId, webhookId)) === null) throw noSuchWebhook();
    const deadLetters = await webhooks.deadLetters(appId, webhookId, { before, limit });
    const last = deadLetters.length < limit ? undefined : deadLetters.at(-1);
    const nextPageToken = last === undefined ? '' : encodePage([last.diedMs, last.eventId]);
    return { deadLetters, nextPageToken };
  }

  replay(
    context: BusinessContext,
    request: {
      readonly clientRequestId: string;
      readonly webhookId: string;
      readonly eventIds: readonly string[];
      readonly fromMs: number;
    },
  ): Promise<{ readonly replayed: number; readonly more: boolean }> {
    const { webhooks, refusals } = this.deps;
    const { clientRequestId, webhookId, eventIds, fromMs } = request;
    const about = { method: 'ReplayDeadLetters', clientRequestId, target: webhookId };
    return recorded(refusals, context, about, async (call) => {
      const id = checkId(webhookId, 'webhook_id');
      const field = 'event_ids';
      if (eventIds.length > REPLAY_MAX_IDS) {
        throw new DomainError('LIMIT_EXCEEDED', `at most ${REPLAY_MAX_IDS} events`, { field });
      }
      eventIds.forEach((eventId, index) => checkId(eventId, `${field}[${index}]`));
      if (fromMs < 0) throw invalidArgument('from_ms', 'must not be negative');
      return webhooks.replay(call, context.appId, id, { eventIds, fromMs });
    });
  }
}
