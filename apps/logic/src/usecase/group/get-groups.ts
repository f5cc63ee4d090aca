import { DomainError, parseGroupId } from '@queqiao/domain';

import type { BusinessContext, UserContext } from '../caller.js';
import type { GroupReads } from './read-ports.js';
import { seeGroup, viewFor, viewOf, type GroupView } from './view-group.js';

export const GET_GROUPS_MAX = 100;

/** Groups that exist for the caller: public ones, and those that the caller is in. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export class GetGroups {
  constructor(readonly deps: { readonly groups: GroupReads }) {}

  async run({ appId, caller }: UserContext, given: readonly string[]): Promise<GroupView[]> {
    if (given.length > GET_GROUPS_MAX) {
      const message = `at most ${GET_GROUPS_MAX} groups in one call`;
      throw new DomainError('LIMIT_EXCEEDED', message, { field: 'group_ids' });
    }
    const ids = given.map((id, index) => parseGroupId(id, `group_ids[${index}]`));
    const { groups } = this.deps;
    const found = await groups.groups(appId, [...new Set(ids)]);
    const rows = await groups.membershipsIn(
      appId,
      caller.userId,
      found.map(({ groupId }) => groupId),
    );
    return found
      .map((group) => viewOf(group, rows.get(group.groupId)))
      .filter(({ group, self }) => self !== null || group.visibility === 'public');
  }

  /** One group, for a back end. Errors: INVALID_ARGUMENT, NOT_FOUND. */
  async one(context: BusinessContext, groupId: string): Promise<GroupView> {
    return viewFor(context.caller, await seeGroup(this.deps.groups, context, groupId));
  }
}
