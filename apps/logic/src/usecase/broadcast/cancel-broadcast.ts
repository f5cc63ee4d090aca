import type { BusinessContext } from '../caller.js';
import { changeRequest } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { checkBroadcastId, existingBroadcast, noBroadcast } from './existing-broadcast.js';
import type { Broadcast, Broadcasts } from './ports.js';

/** Ends a broadcast where it is; one that has ended stays as it is. Errors: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS. */
export class CancelBroadcast {
  constructor(
    readonly deps: { readonly broadcasts: Pick<Broadcasts, 'get' | 'cancel'> },
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: BusinessContext,
    input: { readonly clientRequestId: string; readonly broadcastId: string },
  ): Promise<Broadcast> {
    const { appId } = context;
    const request = changeRequest(context, input.clientRequestId, 'CancelBroadcast');
    const broadcastId = checkBroadcastId(input.broadcastId);
    const work = { ...this.options, appId, request };
    await this.deps.broadcasts.cancel(work, broadcastId, noBroadcast());
    return existingBroadcast(this.deps.broadcasts, appId, broadcastId);
  }
}
