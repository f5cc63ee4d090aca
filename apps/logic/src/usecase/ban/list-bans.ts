import type { BusinessContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { Ban, Bans } from './ports.js';

export const BANS_LIMIT_DEFAULT = 200;
export const BANS_LIMIT_MAX = 500;

/** Who is banned in the caller's app now, by user id. Errors: INVALID_ARGUMENT, UNAVAILABLE. */
export class ListBans {
  constructor(readonly deps: { readonly bans: Pick<Bans, 'bans'> }) {}

  async run(
    { appId }: BusinessContext,
    input: { readonly pageToken: string; readonly limit: number },
  ): Promise<{ bans: Ban[]; nextPageToken: string }> {
    const limit = pageLimit(input.limit, { byDefault: BANS_LIMIT_DEFAULT, max: BANS_LIMIT_MAX });
    const [afterId = ''] = decodePage(input.pageToken, ['id']) ?? [];
    const bans = await this.deps.bans.bans(appId, { afterId, limit });
    const last = bans.length < limit ? undefined : bans.at(-1);
    return { bans, nextPageToken: last === undefined ? '' : encodePage([last.userId]) };
  }
}
