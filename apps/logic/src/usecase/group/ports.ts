import type { AppId, GroupId, GroupProfile, GroupRole, InviteRule, UserId } from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork, EncodedEntry, NewEntry } from '../change/ports.js';
import type { FirstAnswers } from '../must-exist.js';
import type { GroupMemberRecord, GroupRecord } from './read-ports.js';
import type { Application, Invitation, JoinLink } from './request-ports.js';

export interface InviteRules {
  /** For each user, as seen when it is asked; nobody asks for a back end, whose `inviterId` is null. */
  of(
    appId: AppId,
    inviterId: UserId | null,
    userIds: readonly UserId[],
  ): Promise<ReadonlyMap<UserId, InviteRule>>;
}

/** What a change of a group is decided on, under the lock of its head. */
export interface GroupFacts {
  readonly nowMs: number;
  readonly group: GroupRecord;
  /** Rows of those who were asked for, and of who invited them; who never was in the group has none. */
  readonly members: ReadonlyMap<UserId, GroupMemberRecord>;
  /** Owner and admins, when they were asked for. */
  readonly managers: readonly UserId[];
  /** Of those whose rows were asked for, when requests were asked for. */
  readonly invitations: ReadonlyMap<UserId, Invitation>;
  readonly applications: ReadonlyMap<UserId, Application>;
  /** Applications that wait, when that was asked for; counted to the most that an app may allow. */
  readonly pendingApplications: number;
  /** The one that was asked for, when it leads to this group. */
  readonly link: JoinLink | null;
  /** Links that are good now, when they were asked for. */
  readonly goodLinks: number;
}

/** One step of a change; they are carried out in order. */
export type GroupStep =
  | { readonly op: 'entry'; readonly entry: NewEntry }
  /** Into somebody's self feed. */
  | { readonly op: 'feed'; readonly userId: UserId; readonly entry: NewEntry }
  /**
   * From here on they see what comes, or with `seesFromStart` all of the log. What they were asked, or had asked for, counts as
   * accepted. Refused with LIMIT_EXCEEDED for who is in `maxGroups` groups.
   */
  | {
      readonly op: 'join';
      readonly userIds: readonly UserId[];
      readonly role: GroupRole;
      readonly inviterId: string;
      readonly seesFromStart: boolean;
      readonly maxGroups: number;
    }
  /** From here on they see nothing: the entries of the steps before are their last. */
  | { readonly op: 'leave'; readonly userIds: readonly UserId[] }
  | { readonly op: 'role'; readonly userIds: readonly UserId[]; readonly role: GroupRole }
  | { readonly op: 'rename'; readonly userId: UserId; readonly name: string }
  | { readonly op: 'mute'; readonly userIds: readonly UserId[]; readonly untilMs: number }
  | { readonly op: 'profile'; readonly patch: Partial<GroupProfile> }
  | { readonly op: 'owner'; readonly userId: UserId }
  /** The group is large from here on; there is no way back. */
  | { readonly op: 'enlarge' }
  | { readonly op: 'flags'; readonly allMuted?: boolean; readonly dissolved?: boolean }
  | InvitationsStep
  /** Made or replaced as they are. */
  | { readonly op: 'applications'; readonly applications: readonly Application[] }
  | { readonly op: 'link'; readonly link: JoinLink }
  | { readonly op: 'revoke-link'; readonly token: string }
  | { readonly op: 'use-link'; readonly token: string };

/** Made or replaced as they are, each told in the feed of who is invited with the number of unread ones after it. */
export interface InvitationsStep {
  readonly op: 'invitations';
  readonly invitations: readonly Invitation[];
  readonly entry: (invitation: Invitation, unread: number) => NewEntry;
}

export interface GroupPlan<T> {
  readonly answer: T;
  readonly steps: readonly GroupStep[];
}

export interface GroupWork extends ChangeWork {
  readonly groupId: GroupId;
  /** Whose rows the decision needs. */
  readonly userIds: readonly UserId[];
  readonly withManagers?: boolean;
  readonly withRequests?: boolean;
  readonly withPending?: boolean;
  readonly withGoodLinks?: boolean;
  /** Token of the link that the decision needs. */
  readonly link?: string;
}

export interface NewGroupWork<T> extends ChangeWork {
  readonly groupId: GroupId;
  readonly ownerId: UserId;
  /** What the same request is answered once the first answer is forgotten. */
  readonly again: T;
}

export interface NewGroupPlan<T> {
  readonly answer: T;
  readonly profile: GroupProfile;
  /** With the owner. */
  readonly memberIds: readonly UserId[];
  /** Entry 1. */
  readonly firstEntry: NewEntry;
  readonly invitations?: InvitationsStep;
  readonly maxGroups: number;
  /** It is a large group from the start. */
  readonly large?: boolean;
}

export interface Groups extends FirstAnswers {
  /**
   * Makes a group, idempotent by its request; `plan` may be asked more than once, with the time of the database. Errors:
   * ALREADY_EXISTS (group_id, client_request_id), LIMIT_EXCEEDED (maxGroupsPerUser), and whatever `plan` throws.
   */
  create<T>(
    work: NewGroupWork<T>,
    plan: (nowMs: number) => NewGroupPlan<T>,
  ): Promise<ChangeOutcome<T>>;
  /**
   * One change, all or nothing, idempotent by its request; `decide` may be asked more than once. Errors: NOT_FOUND,
   * ALREADY_EXISTS (client_request_id), LIMIT_EXCEEDED (maxGroupsPerUser), and whatever `decide` throws.
   */
  change<T>(
    work: GroupWork,
    decide: (facts: GroupFacts) => GroupPlan<T>,
  ): Promise<ChangeOutcome<T>>;
}

/** Words of a group's log, encoded. */
export interface GroupNotices {
  created(name: string, creatorId: UserId, memberIds: readonly UserId[]): EncodedEntry;
  joined(userIds: readonly UserId[], way: JoinWay, inviterId: string): EncodedEntry;
  left(userIds: readonly UserId[]): EncodedEntry;
  updated(patch: Partial<GroupProfile> & { readonly allMuted?: boolean }): EncodedEntry;
  roleChanged(userIds: readonly UserId[], role: GroupRole): EncodedEntry;
  ownerChanged(ownerId: UserId, previousOwnerId: UserId): EncodedEntry;
  memberRenamed(userId: UserId, name: string): EncodedEntry;
  membersMuted(userIds: readonly UserId[], untilMs: number): EncodedEntry;
  dissolved(): EncodedEntry;
  /** For feeds. */
  invitationChanged(invitation: Invitation, unread: number): EncodedEntry;
  applicationChanged(application: Application): EncodedEntry;
  requestsRead(list: 'invitations' | 'applications'): EncodedEntry;
}

export type JoinWay = 'free' | 'invited' | 'applied' | 'link' | 'face';
