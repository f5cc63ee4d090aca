import type {
  AppId,
  ConversationId,
  GroupId,
  GroupProfile,
  GroupRole,
  UserId,
} from '@queqiao/domain';
import type { ConversationMode } from './append-types.js';

/** A group as stored. */
export interface GroupRecord extends GroupProfile {
  readonly groupId: GroupId;
  readonly conversationId: ConversationId;
  readonly ownerId: UserId;
  readonly memberCount: number;
  /** Admins, the owner not counted. */
  readonly adminCount: number;
  readonly allMuted: boolean;
  readonly dissolved: boolean;
  readonly mode: ConversationMode;
  readonly createdMs: number;
}

/** One user's row in a group, of a current or former member. */
export interface GroupMemberRecord {
  readonly userId: UserId;
  readonly role: GroupRole;
  /** What the member is called in the group; empty: the nickname. */
  readonly name: string;
  readonly mutedUntilMs: number;
  readonly joinedMs: number;
  /** Empty: nobody. */
  readonly inviterId: string;
  /** Null for a current member. */
  readonly leftSeq: number | null;
}

/** Which members a list shows. */
export interface MemberQuery {
  readonly appId: AppId;
  readonly groupId: GroupId;
  /** Undefined: any. */
  readonly role?: GroupRole | undefined;
  /** Empty: all; else those whose name in the group or id begins with it. */
  readonly prefix: string;
  /** Those too whose nickname begins with it: reads every member, so only for groups that are not large. */
  readonly nicknames: boolean;
  /** Null: from the first. */
  readonly after: MemberPlace | null;
  /** At most GROUP_MEMBERS_MAX_PAGE. */
  readonly limit: number;
}

/**
 * The last one that a page showed. Lists are in the order of ids; of a search first those found by name, in the order of
 * names, then those by id, then those by nickname.
 */
export interface MemberPlace {
  readonly found: 'name' | 'id' | 'nickname';
  readonly userId: UserId;
  /** What the member is called in the group, of one found by name. */
  readonly name: string;
}

export interface MemberPage {
  readonly members: readonly GroupMemberRecord[];
  /** Null: this was the last page. */
  readonly next: MemberPlace | null;
}

/** A group with the row of one member. */
export interface OwnGroup {
  readonly group: GroupRecord;
  readonly self: GroupMemberRecord;
}

export interface OwnGroupsQuery {
  readonly appId: AppId;
  readonly userId: UserId;
  /** Undefined: any. */
  readonly role?: GroupRole | undefined;
  /** Empty: from the first. */
  readonly afterGroupId: string;
  /** At most GROUPS_LOOKUP_MAX. */
  readonly limit: number;
}

export interface GroupReads {
  /** Groups by id, in no order; those that do not exist are left out. At most 200. */
  groups(appId: AppId, groupIds: readonly GroupId[]): Promise<GroupRecord[]>;
  /** Rows of these users, former members included, in no order. At most 500. */
  members(appId: AppId, groupId: GroupId, userIds: readonly UserId[]): Promise<GroupMemberRecord[]>;
  /** Rows of one user in these groups, by group; former memberships included. At most 200. */
  membershipsIn(
    appId: AppId,
    userId: UserId,
    groupIds: readonly GroupId[],
  ): Promise<Map<GroupId, GroupMemberRecord>>;
  /** Groups that a user is in and that go on, by id. */
  ownGroups(query: OwnGroupsQuery): Promise<OwnGroup[]>;
  /** Current members. */
  memberPage(query: MemberQuery): Promise<MemberPage>;
}
