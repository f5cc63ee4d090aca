import type {
  AppId,
  ConversationId,
  GroupId,
  GroupProfile,
  GroupRole,
  UserId,
} from '@queqiao/domain';

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
  /** Anything but `routed`: a large group, whose joins and leaves are not announced one by one. */
  readonly mode: 'routed' | 'both' | 'subscribed';
  readonly createdMs: number;
}

export interface GroupMemberRecord {
  readonly userId: UserId;
  readonly role: GroupRole;
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
  /** Those too whose nickname begins with it: only for groups that are not large. */
  readonly nicknames: boolean;
  /** Null: from the first. */
  readonly after: MemberPlace | null;
  readonly limit: number;
}

/** The last one that a page showed. */
export interface MemberPlace {
  readonly found: 'name' | 'id' | 'nickname';
  readonly userId: UserId;
  readonly name: string;
}

export interface OwnGroup {
  readonly group: GroupRecord;
  readonly self: GroupMemberRecord;
}

export interface GroupReads {
  /** In no order; those that do not exist are left out. */
  groups(appId: AppId, groupIds: readonly GroupId[]): Promise<GroupRecord[]>;
  /** Rows of these users, former members included, in no order. */
  members(appId: AppId, groupId: GroupId, userIds: readonly UserId[]): Promise<GroupMemberRecord[]>;
  /** Rows of one user in these groups; former memberships included. */
  membershipsIn(
    appId: AppId,
    userId: UserId,
    groupIds: readonly GroupId[],
  ): Promise<ReadonlyMap<GroupId, GroupMemberRecord>>;
  /** Groups that a user is in and that go on, by id. */
  ownGroups(query: {
    readonly appId: AppId;
    readonly userId: UserId;
    readonly role?: GroupRole | undefined;
    readonly afterGroupId: string;
    readonly limit: number;
  }): Promise<OwnGroup[]>;
  /** Current members. `next`: where the next page begins, null after the last. */
  memberPage(query: MemberQuery): Promise<{
    readonly members: readonly GroupMemberRecord[];
    readonly next: MemberPlace | null;
  }>;
}
