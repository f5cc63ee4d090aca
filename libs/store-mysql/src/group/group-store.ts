import { groupConversationId, type AppId, type GroupId, type UserId } from '@queqiao/domain';
import type { DecideGroup, GroupStore, GroupWork } from '../group-types.js';
import type { StoreContext } from '../store-context.js';
import { changeGroup } from './change-group.js';
import { readGroupMembers, readGroupRows, toGroup } from './group-rows.js';

/** Groups of one look-up. */
export const GROUPS_LOOKUP_MAX = 200;
/** Members of one look-up. */
export const GROUP_MEMBERS_LOOKUP_MAX = 500;

export class MysqlGroupStore implements GroupStore {
  constructor(private readonly context: StoreContext) {}

  change<T>(input: GroupWork, decide: DecideGroup<T>) {
    return changeGroup(this.context, input, decide);
  }

  async groups(appId: AppId, groupIds: readonly GroupId[]) {
    atMost(groupIds.length, GROUPS_LOOKUP_MAX, 'GROUPS_LOOKUP_MAX');
    return (await readGroupRows(this.context.kysely, appId, groupIds)).map(toGroup);
  }

  members(appId: AppId, groupId: GroupId, userIds: readonly UserId[]) {
    atMost(userIds.length, GROUP_MEMBERS_LOOKUP_MAX, 'GROUP_MEMBERS_LOOKUP_MAX');
    const conversationId = groupConversationId(groupId);
    return readGroupMembers(this.context.kysely, appId, conversationId, userIds);
  }
}

function atMost(count: number, limit: number, name: string): void {
  if (count > limit) throw new RangeError(`at most ${name} (${limit})`);
}
