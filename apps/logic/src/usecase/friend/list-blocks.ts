import type { UserId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { Friends } from './ports.js';

export const BLOCKS_LIMIT_DEFAULT = 200;
export const BLOCKS_LIMIT_MAX = 500;

/** Whom the caller has blocked, by id. Errors: INVALID_ARGUMENT. */
export class ListBlocks {
  constructor(readonly deps: { readonly friends: Pick<Friends, 'blocks'> }) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly pageToken: string; readonly limit: number },
  ): Promise<{ userIds: UserId[]; nextPageToken: string }> {
    const bounds = { byDefault: BLOCKS_LIMIT_DEFAULT, max: BLOCKS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const [afterId = ''] = decodePage(input.pageToken, ['id']) ?? [];
    const userIds = await this.deps.friends.blocks(appId, caller.userId, { afterId, limit });
    const last = userIds.length < limit ? undefined : userIds.at(-1);
    return { userIds, nextPageToken: last === undefined ? '' : encodePage([last]) };
  }
}
