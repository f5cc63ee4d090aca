import type { UserContext } from '../caller.js';
import { checkUserIds } from '../check-fields.js';
import type { GroupMemberRecord, GroupReads } from './read-ports.js';
import { seeGroup } from './view-group.js';

export const GET_MEMBERS_MAX = 100;

/** Members by id; who is none now is left out. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, NOT_FOUND, NOT_A_MEMBER. */
export class GetMembers {
  constructor(readonly deps: { readonly groups: Pick<GroupReads, 'groups' | 'members'> }) {}

  async run(
    context: UserContext,
    input: { readonly groupId: string; readonly userIds: readonly string[] },
  ): Promise<GroupMemberRecord[]> {
    const { groups } = this.deps;
    const userIds = checkUserIds(input.userIds, 'user_ids', GET_MEMBERS_MAX);
    const { groupId } = await seeGroup(groups, context, input.groupId);
    const rows = await groups.members(context.appId, groupId, userIds);
    return rows.filter(({ leftSeq }) => leftSeq === null);
  }
}
