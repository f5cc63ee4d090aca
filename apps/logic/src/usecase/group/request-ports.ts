import type { AppId, GroupId, UserId } from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork, NewEntry } from '../change/ports.js';

/** Somebody who was asked into a group. */
export interface Invitation {
  readonly groupId: GroupId;
  readonly groupName: string;
  readonly userId: UserId;
  readonly inviterId: UserId;
  readonly text: string;
  readonly state: 'pending' | 'accepted' | 'rejected' | 'expired';
  readonly read: boolean;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly expiresMs: number;
}

/** Somebody who wants to come into a group. */
export interface Application {
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
export interface JoinLink {
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

/** A page of requests, newest change first; `after` null: from the newest. */
export interface RequestPage {
  readonly after: {
    readonly updatedMs: number;
    readonly groupId: GroupId;
    readonly userId: UserId;
  } | null;
  readonly limit: number;
}

export interface MarkRead extends ChangeWork {
  readonly userId: UserId;
  /** For the user's feed, when there was something unread. */
  readonly entry: NewEntry;
}

/** Lists of requests, and what was seen of them. Counts go up to a thousand. */
export interface GroupRequests {
  invitations(appId: AppId, userId: UserId, page: RequestPage): Promise<Invitation[]>;
  unreadInvitations(appId: AppId, userId: UserId): Promise<number>;
  /** Of one applicant. */
  applicationsOf(appId: AppId, userId: UserId, page: RequestPage): Promise<Application[]>;
  /** To one group. */
  applicationsTo(appId: AppId, groupId: GroupId, page: RequestPage): Promise<Application[]>;
  /** To all groups that the user governs. */
  applicationsFor(appId: AppId, userId: UserId, page: RequestPage): Promise<Application[]>;
  /** To one group, or to all that the user governs. */
  unreadApplications(appId: AppId, userId: UserId, groupId: GroupId | null): Promise<number>;
  markInvitationsRead(input: MarkRead): Promise<ChangeOutcome<null>>;
  markApplicationsRead(input: MarkRead): Promise<ChangeOutcome<null>>;
}

export interface JoinLinks {
  /** Those of a group that are good now, newest first. */
  joinLinks(appId: AppId, groupId: GroupId): Promise<JoinLink[]>;
  /** Null: there is none such. `good`: it leads somewhere now. */
  joinLink(appId: AppId, token: string): Promise<{ link: JoinLink; good: boolean } | null>;
}
