import type { BusinessContext } from '../caller.js';
import { checkBroadcastId, existingBroadcast } from './existing-broadcast.js';
import type { Broadcast, Broadcasts } from './ports.js';

/** How far a broadcast is. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class GetBroadcast {
  constructor(readonly deps: { readonly broadcasts: Pick<Broadcasts, 'get'> }) {}

  async run(
    { appId }: BusinessContext,
    { broadcastId }: { readonly broadcastId: string },
  ): Promise<Broadcast> {
    return existingBroadcast(this.deps.broadcasts, appId, checkBroadcastId(broadcastId));
  }
}
