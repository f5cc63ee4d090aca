import type {
  AppId,
  ConversationId,
  GroupId,
  GroupProfile,
  GroupRole,
  UserId,
} from '@queqiao/domain';
import type { ConversationMode } from './append-types.js';
import type { LogEntry, LogOutcome, LogWork } from './log-types.js';

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

/** What a change of a group is decided on, read under the lock of its head. */
export interface GroupFacts {
  readonly nowMs: number;
  readonly group: GroupRecord;
  /** Rows of those who were asked for; who never was in the group has none. */
  readonly members: ReadonlyMap<UserId, GroupMemberRecord>;
  /** Owner and admins, when they were asked for. */
  readonly managers: readonly UserId[];
}

/** One step of a change, carried out in the order of a plan. */
export type GroupStep =
  | { readonly op: 'entry'; readonly entry: LogEntry }
  /** Into somebody's self feed. */
  | { readonly op: 'feed'; readonly userId: UserId; readonly entry: LogEntry }
  /**
   * Current members are passed over by whoever plans. `seesFromStart`: all of the log, else what comes after `seenSeq` or,
   * left out, the head as it is at this step.
   */
  | {
      readonly op: 'join';
      readonly userIds: readonly UserId[];
      readonly role: GroupRole;
      readonly inviterId: string;
      readonly seesFromStart: boolean;
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
  | { readonly op: 'flags'; readonly allMuted?: boolean; readonly dissolved?: boolean };

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
}

/** Decides under the lock, and may be asked again: it must have no effect of its own. Throws a DomainError to refuse. */
export type DecideGroup<T> = (facts: GroupFacts) => GroupPlan<T>;

export interface GroupStore {
  /**
   * One change of a group, all or nothing, idempotent by its request. At most GROUP_MAX_MEMBERS member rows. Errors: NOT_FOUND
   * (no such group), ALREADY_EXISTS (the request id was used for another call), and whatever `decide` throws.
   */
  change<T>(input: GroupWork, decide: DecideGroup<T>): Promise<LogOutcome<T>>;
  /** Groups by id, in no order; those that do not exist are left out. At most 200. */
  groups(appId: AppId, groupIds: readonly GroupId[]): Promise<GroupRecord[]>;
  /** Rows of these users, former members included, in no order. At most 500. */
  members(appId: AppId, groupId: GroupId, userIds: readonly UserId[]): Promise<GroupMemberRecord[]>;
}
