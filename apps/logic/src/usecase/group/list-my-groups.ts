import type { GroupRole } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { GroupReads } from './read-ports.js';
import type { GroupView } from './view-group.js';

export const GROUPS_LIMIT_DEFAULT = 100;
export const GROUPS_LIMIT_MAX = 200;

export interface ListMyGroupsInput {
  /** Undefined: any. */
  readonly role: GroupRole | undefined;
  readonly pageToken: string;
  readonly limit: number;
}

/** Groups that the caller is in and that go on, by id. Errors: INVALID_ARGUMENT. */
export class ListMyGroups {
  constructor(readonly deps: { readonly groups: Pick<GroupReads, 'ownGroups'> }) {}

  async run(
    { appId, caller }: UserContext,
    { role, pageToken, limit: given }: ListMyGroupsInput,
  ): Promise<{ groups: GroupView[]; nextPageToken: string }> {
    const limit = pageLimit(given, { byDefault: GROUPS_LIMIT_DEFAULT, max: GROUPS_LIMIT_MAX });
    const place = decodePage(pageToken, ['id']);
    const afterGroupId = place?.[0] ?? '';
    const { userId } = caller;
    const query = { appId, userId, role, afterGroupId, limit };
    const groups = await this.deps.groups.ownGroups(query);
    const last = groups.length < limit ? undefined : groups.at(-1);
    return { groups, nextPageToken: last ? encodePage([last.group.groupId]) : '' };
  }
}
