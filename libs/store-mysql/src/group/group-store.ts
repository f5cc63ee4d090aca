import { groupConversationId, type AppId, type GroupId, type UserId } from '@queqiao/domain';
import type { MarkRead, GroupRequestPage } from '../group-request-types.js';
import type { GroupMemberRecord, MemberQuery, OwnGroupsQuery } from '../group-read-types.js';
import type {
  DecideGroup,
  GroupStore,
  GroupWork,
  NewGroupPlan,
  NewGroupWork,
} from '../group-types.js';
import type { LogRequest } from '../log-types.js';
import { findAnswer } from '../log/requests.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';
import { changeGroup } from './change-group.js';
import { createGroup } from './create-group.js';
import {
  groupIdOf,
  readGroupMembers,
  readGroupRows,
  toGroup,
  toGroupMember,
} from './group-rows.js';
import { toInvitation, invitationPage } from './invitation-rows.js';
import { goodLinks, linkByToken, toLink } from './link-rows.js';
import {
  applicationsOfUser,
  listApplicationsFor,
  listApplicationsTo,
  REQUESTS_MAX_PAGE,
} from './list-applications.js';
import { toApplication } from './application-rows.js';
import { listOwnGroups, ownRows } from './list-groups.js';
import { listMembers } from './list-members.js';
import { markApplicationsRead, markInvitationsRead } from './mark-requests-read.js';
import {
  countUnreadInvitations,
  unreadApplicationsFor,
  unreadApplicationsTo,
} from './unread-requests.js';

/** Groups of one look-up. */
export const GROUPS_LOOKUP_MAX = 200;
/** Members of one look-up. */
export const GROUP_MEMBERS_LOOKUP_MAX = 500;

export class MysqlGroupStore implements GroupStore {
  constructor(private readonly context: StoreContext) {}

  create<T>(input: NewGroupWork<T>, plan: (nowMs: number) => NewGroupPlan<T>) {
    return createGroup(this.context, input, plan);
  }

  change<T>(input: GroupWork, decide: DecideGroup<T>) {
    return changeGroup(this.context, input, decide);
  }

  answered(appId: AppId, request: LogRequest) {
    return findAnswer(this.context.kysely, appId, request);
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

  async membershipsIn(appId: AppId, userId: UserId, groupIds: readonly GroupId[]) {
    atMost(groupIds.length, GROUPS_LOOKUP_MAX, 'GROUPS_LOOKUP_MAX');
    if (groupIds.length === 0) return new Map<GroupId, GroupMemberRecord>();
    const ids = groupIds.map(groupConversationId);
    const { rows } = await ownRows(appId, userId, ids).execute(this.context.kysely);
    return new Map(rows.map((row) => [groupIdOf(row.conversation_id), toGroupMember(row)]));
  }

  ownGroups(query: OwnGroupsQuery) {
    atMost(query.limit, GROUPS_LOOKUP_MAX, 'GROUPS_LOOKUP_MAX');
    return listOwnGroups(this.context, query);
  }

  memberPage(query: MemberQuery) {
    return listMembers(this.context, query);
  }

  async invitations(appId: AppId, userId: UserId, page: GroupRequestPage) {
    atMost(page.limit, REQUESTS_MAX_PAGE, 'REQUESTS_MAX_PAGE');
    const { rows } = await invitationPage(appId, userId, page).execute(this.context.kysely);
    return rows.map(toInvitation);
  }

  async unreadInvitations(appId: AppId, userId: UserId) {
    const { kysely } = this.context;
    const counts = await countUnreadInvitations(kysely, appId, [userId], DATABASE_NOW);
    return counts.get(userId) ?? 0;
  }

  async applicationsOf(appId: AppId, userId: UserId, page: GroupRequestPage) {
    atMost(page.limit, REQUESTS_MAX_PAGE, 'REQUESTS_MAX_PAGE');
    const { rows } = await applicationsOfUser(appId, userId, page).execute(this.context.kysely);
    return rows.map(toApplication);
  }

  applicationsTo(appId: AppId, groupId: GroupId, page: GroupRequestPage) {
    atMost(page.limit, REQUESTS_MAX_PAGE, 'REQUESTS_MAX_PAGE');
    return listApplicationsTo(this.context, appId, groupId, page);
  }

  applicationsFor(appId: AppId, userId: UserId, page: GroupRequestPage) {
    atMost(page.limit, REQUESTS_MAX_PAGE, 'REQUESTS_MAX_PAGE');
    return listApplicationsFor(this.context, appId, userId, page);
  }

  async unreadApplications(appId: AppId, userId: UserId, groupId: GroupId | null) {
    const { kysely } = this.context;
    const user = await kysely
      .selectFrom('users')
      .select('applications_read_ms')
      .where('app_id', '=', appId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    const sinceMs = user?.applications_read_ms ?? 0;
    const count =
      groupId === null
        ? unreadApplicationsFor(appId, userId, sinceMs)
        : unreadApplicationsTo(appId, groupConversationId(groupId), sinceMs);
    const { rows } = await count.execute(kysely);
    return rows[0]?.unread ?? 0;
  }

  markInvitationsRead(input: MarkRead) {
    return markInvitationsRead(this.context, input);
  }

  markApplicationsRead(input: MarkRead) {
    return markApplicationsRead(this.context, input);
  }

  async joinLinks(appId: AppId, groupId: GroupId) {
    const conversationId = groupConversationId(groupId);
    const { rows } = await goodLinks(appId, conversationId).execute(this.context.kysely);
    return rows.map(toLink);
  }

  async joinLink(appId: AppId, token: string) {
    const { kysely } = this.context;
    const { rows } = await linkByToken(appId, token).execute(kysely);
    const [row] = rows;
    return row === undefined ? null : { link: toLink(row), good: row.good !== 0 };
  }
}

function atMost(count: number, limit: number, name: string): void {
  if (count > limit) throw new RangeError(`at most ${name} (${limit})`);
}
