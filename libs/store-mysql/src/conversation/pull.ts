import type { PullInput, PullResult } from '../conversation-types.js';
import type { StoreContext } from '../store-context.js';
import { readMember, readRange } from './conversation-reads.js';
import { pullFacts } from './pull-facts.js';
import { trimPull } from './trim-pull.js';

/**
 * Entries first, the member's row after them: in the other order somebody who leaves between the two reads would be shown
 * entries from after the leave.
 */
export async function pull(context: StoreContext, input: PullInput): Promise<PullResult | null> {
  const { appId, userId, conversationId, fromSeq, limit, backwards } = input;
  let { toSeq } = input;
  if (toSeq === 0 && backwards) {
    // Where to begin depends on whether the member has left; what may be shown is still decided below.
    const hint = await readMember(context, appId, userId, conversationId);
    if (hint === null) return null;
    toSeq = Math.max(1, hint.lastSeq);
  }
  const range = { fromSeq, toSeq: toSeq === 0 ? Number.MAX_SAFE_INTEGER : toSeq };
  const fetched = await readRange(context, appId, conversationId, range, { limit, backwards });
  const membership = await readMember(context, appId, userId, conversationId);
  if (membership === null) return null;
  const log = { conversationId, fromSeq, fetched, membership };
  const facts = (await pullFacts(context, { appId, userId }, [log])).get(conversationId);
  return facts === undefined ? null : trimPull({ fromSeq, toSeq, backwards }, facts);
}
