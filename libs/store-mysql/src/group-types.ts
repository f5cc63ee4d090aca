import type { AppId, GroupId, GroupProfile, GroupRole, UserId } from '@queqiao/domain';
import type {
  ApplicationRecord,
  GroupRequestStore,
  InvitationRecord,
  JoinLinkRecord,
} from './group-request-types.js';
import type { GroupMemberRecord, GroupRecord, GroupReads } from './group-read-types.js';
import type { LogEntry, LogOutcome, LogRequest, LogWork } from './log-types.js';

/** What a change of a group is decided on, read under the lock of its head. */
export interface GroupFacts {
  readonly nowMs: number;
  readonly group: GroupRecord;
  /** Rows of those who were asked for, and of who invited them; who never was in the group has none. */
  readonly members: ReadonlyMap<UserId, GroupMemberRecord>;
  /** Owner and admins, when they were asked for. */
  readonly managers: readonly UserId[];
  /** Of those whose rows were asked for, when requests were asked for. */
  readonly invitations: ReadonlyMap<UserId, InvitationRecord>;
  readonly applications: ReadonlyMap<UserId, ApplicationRecord>;
  /** Applications that wait, when that was asked for; counted to the most that an app may allow. */
  readonly pendingApplications: number;
  /** The one that was asked for, when it leads to this group; null: there is none such. */
  readonly link: JoinLinkRecord | null;
  /** Links that are good now, when they were asked for. */
  readonly goodLinks: number;
}

/** One step of a change, carried out in the order of a plan. */
export type GroupStep =
  | { readonly op: 'entry'; readonly entry: LogEntry }
  /** Into somebody's self feed. */
  | { readonly op: 'feed'; readonly userId: UserId; readonly entry: LogEntry }
  /**
   * Current members are passed over by whoever plans. `seesFromStart`: all of the log, else what comes after this step. What
   * newcomers were asked, or had asked for, counts as accepted. Refused with LIMIT_EXCEEDED for who is in `maxGroups` groups.
   */
  | {
      readonly op: 'join';
      readonly userIds: readonly UserId[];
      readonly role: GroupRole;
      readonly inviterId: string;
      readonly seesFromStart: boolean;
      /** Left out: any number. */
      readonly maxGroups?: number;
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
  | { readonly op: 'applications'; readonly applications: readonly ApplicationRecord[] }
  /** A new one; those of the group that are good no more are forgotten. */
  | { readonly op: 'link'; readonly link: JoinLinkRecord }
  | { readonly op: 'revoke-link'; readonly token: string }
  | { readonly op: 'use-link'; readonly token: string };

/** Made or replaced as they are, each told in the feed of who is invited with the number of unread ones after it. */
export interface InvitationsStep {
  readonly op: 'invitations';
  readonly invitations: readonly InvitationRecord[];
  readonly entry: (invitation: InvitationRecord, unread: number) => LogEntry;
}

export interface GroupPlan<T> {
  readonly answer: T;
  readonly steps: readonly GroupStep[];
}

export interface GroupWork extends LogWork {
  readonly groupId: GroupId;
  /** Whose rows the decision needs. */
  readonly userIds: readonly UserId[];
  /** The decision needs to know owner and admins. */
  readonly withManagers?: boolean;
  readonly withRequests?: boolean;
  readonly withPending?: boolean;
  readonly withGoodLinks?: boolean;
  /** Token of the link that the decision needs. */
  readonly link?: string;
}

/** A group that is to be made. */
export interface NewGroupWork<T> extends LogWork {
  readonly request: LogRequest;
  readonly groupId: GroupId;
  readonly ownerId: UserId;
  /** What the same request is answered once the first answer is forgotten. */
  readonly again: T;
}

export interface NewGroupPlan<T> {
  readonly answer: T;
  readonly profile: GroupProfile;
  /** The owner may be among them or not; duplicates are dropped. At most GROUP_MAX_MEMBERS with the owner. */
  readonly memberIds: readonly UserId[];
  /** Entry 1. */
  readonly firstEntry: LogEntry;
  readonly invitations?: InvitationsStep;
  readonly maxGroups: number;
  /** It is a large group from the start. */
  readonly large?: boolean;
}

/** Decides under the lock, and may be asked again: it must have no effect of its own. Throws a DomainError to refuse. */
export type DecideGroup<T> = (facts: GroupFacts) => GroupPlan<T>;

export interface GroupStore extends GroupReads, GroupRequestStore {
  /**
   * Makes a group, all or nothing, idempotent by its request; for good, when `owner` and request id are those that made the
   * group. `plan` may be asked again, with the time of the database, and throws to refuse. Errors: ALREADY_EXISTS (the group
   * id is taken, or the request id was used for another call), LIMIT_EXCEEDED (maxGroups).
   */
  create<T>(
    input: NewGroupWork<T>,
    plan: (nowMs: number) => NewGroupPlan<T>,
  ): Promise<LogOutcome<T>>;
  /**
   * One change of a group, all or nothing, idempotent by its request. At most GROUP_MAX_MEMBERS member rows. Errors: NOT_FOUND
   * (no such group), ALREADY_EXISTS (the request id was used for another call), LIMIT_EXCEEDED (maxGroups of a join), and
   * whatever `decide` throws.
   */
  change<T>(input: GroupWork, decide: DecideGroup<T>): Promise<LogOutcome<T>>;
  /** What a request was answered, as long as that is kept. */
  answered(appId: AppId, request: LogRequest): Promise<{ readonly answer: unknown } | undefined>;
}
