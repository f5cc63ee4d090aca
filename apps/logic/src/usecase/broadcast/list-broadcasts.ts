import type { BusinessContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { Broadcast, Broadcasts } from './ports.js';

export const BROADCASTS_LIMIT_DEFAULT = 20;
export const BROADCASTS_LIMIT_MAX = 100;

/** Broadcasts of the app, newest first, without their contents. Errors: INVALID_ARGUMENT. */
export class ListBroadcasts {
  constructor(readonly deps: { readonly broadcasts: Pick<Broadcasts, 'list'> }) {}

  async run(
    { appId }: BusinessContext,
    input: { readonly pageToken: string; readonly limit: number },
  ): Promise<{ broadcasts: Broadcast[]; nextPageToken: string }> {
    const bounds = { byDefault: BROADCASTS_LIMIT_DEFAULT, max: BROADCASTS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const token = decodePage(input.pageToken, ['number', 'id']);
    const before = token === null ? null : { createdMs: token[0], broadcastId: token[1] };
    const broadcasts = await this.deps.broadcasts.list(appId, { before, limit });
    const last = broadcasts.at(-1);
    const more = last !== undefined && broadcasts.length === limit;
    return {
      broadcasts,
      nextPageToken: more ? encodePage([last.createdMs, last.broadcastId]) : '',
    };
  }
}
