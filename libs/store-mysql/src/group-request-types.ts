import type { AppId, GroupId, UserId } from '@queqiao/domain';
import type { LogEntry, LogOutcome, LogWork } from './log-types.js';

/** Somebody who was asked into a group. Of one user and group there is at most one. */
export interface InvitationRecord {
  readonly groupId: GroupId;
  readonly groupName: string;
  readonly userId: UserId;
  readonly inviterId: UserId;
  readonly text: string;
  /** As it was when it was read: nothing is written when one expires. */
  readonly state: 'pending' | 'accepted' | 'rejected' | 'expired';
  readonly read: boolean;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly expiresMs: number;
}

/** Somebody who wants to come into a group. Of one user and group there is at most one. */
export interface ApplicationRecord {
  readonly groupId: GroupId;
  readonly userId: UserId;
  /** The member who brought the applicant; empty: applied alone. */
  readonly inviterId: string;
  readonly text: string;
  readonly state: 'pending' | 'accepted' | 'rejected' | 'cancelled';
  /** Empty: nobody. */
  readonly handledBy: string;
  readonly answer: string;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** A way in for whoever has the token. */
export interface JoinLinkRecord {
  readonly token: string;
  readonly groupId: GroupId;
  readonly creatorId: UserId;
  readonly createdMs: number;
  /** 0: never. */
  readonly expiresMs: number;
  /** 0: any number. */
  readonly maxUses: number;
  readonly uses: number;
  readonly revoked: boolean;
}

/** Where a page of requests begins: behind this one, in the order of the newest change first. */
export interface RequestPlace {
  readonly updatedMs: number;
  readonly groupId: GroupId;
  readonly userId: UserId;
}

export interface GroupRequestPage {
  /** Null: from the newest. */
  readonly after: RequestPlace | null;
  /** At most REQUESTS_MAX_PAGE. */
  readonly limit: number;
}

export interface GroupRequestStore {
  /** Invitations of a user, newest change first. */
  invitations(appId: AppId, userId: UserId, page: GroupRequestPage): Promise<InvitationRecord[]>;
  /** Pending ones that the user has not seen; at most UNREAD_MAX are counted. */
  unreadInvitations(appId: AppId, userId: UserId): Promise<number>;
  /** Applications of a user, newest change first. */
  applicationsOf(
    appId: AppId,
    userId: UserId,
    page: GroupRequestPage,
  ): Promise<ApplicationRecord[]>;
  /** Applications to one group, newest change first. */
  applicationsTo(
    appId: AppId,
    groupId: GroupId,
    page: GroupRequestPage,
  ): Promise<ApplicationRecord[]>;
  /** Applications to all groups that the user owns or is an admin of and that go on, newest change first. */
  applicationsFor(
    appId: AppId,
    userId: UserId,
    page: GroupRequestPage,
  ): Promise<ApplicationRecord[]>;
  /**
   * Pending ones that came since the user marked them read, to one group or to all that the user governs; at most UNREAD_MAX
   * are counted.
   */
  unreadApplications(appId: AppId, userId: UserId, groupId: GroupId | null): Promise<number>;
  /** `entry` goes into the user's self feed when there was something unread. */
  markInvitationsRead(input: MarkRead): Promise<LogOutcome<null>>;
  markApplicationsRead(input: MarkRead): Promise<LogOutcome<null>>;
  /** Links of a group that are good now, newest first. At most JOIN_LINKS_MAX. */
  joinLinks(appId: AppId, groupId: GroupId): Promise<JoinLinkRecord[]>;
  /** Null: there is none such. `good`: it leads somewhere now. */
  joinLink(appId: AppId, token: string): Promise<{ link: JoinLinkRecord; good: boolean } | null>;
}

export interface MarkRead extends LogWork {
  readonly userId: UserId;
  readonly entry: LogEntry;
}
