import type {
  AppId,
  ConversationId,
  GroupId,
  GroupProfile,
  GroupRole,
  UserId,
} from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork, EncodedEntry, NewEntry } from '../change/ports.js';

/** Entry 1 of a group. */
export interface FirstEntry extends EncodedEntry {
  readonly countable: boolean;
}

/** Writes the first entry of a group in the form that the log keeps. */
export interface GroupEntries {
  groupCreated(facts: {
    readonly name: string;
    readonly creatorId: UserId;
    readonly memberIds: readonly UserId[];
  }): FirstEntry;
}

export interface NewGroup {
  readonly appId: AppId;
  readonly groupId: GroupId;
  readonly ownerId: UserId;
  readonly clientRequestId: string;
  readonly name: string;
  /** Without duplicates, with the owner. */
  readonly memberIds: readonly UserId[];
  /** Entry 1, written by the system. */
  readonly firstEntry: FirstEntry;
  /** Node that the dispatch row names. */
  readonly owner: string;
  readonly dispatchDelayMs: number;
}

export type NewGroupResult =
  | {
      readonly status: 'created';
      readonly conversationId: ConversationId;
      readonly createdMs: number;
      readonly memberVersion: number;
      readonly dispatchId: string;
    }
  | { readonly status: 'existing'; readonly conversationId: ConversationId }
  | { readonly status: 'taken' };

export interface GroupLog {
  /** One transaction. Idempotent by (owner, client_request_id) for one group id. */
  createGroup(input: NewGroup): Promise<NewGroupResult>;
}

export interface UserLookup {
  existing(appId: AppId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
}

export interface CreatedGroup {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly createdMs: number;
  readonly memberVersion: number;
  readonly dispatchId: string;
  readonly firstEntry: FirstEntry;
}

/** Pushes the first entry to the members; the dispatch row makes it certain. */
export interface GroupAnnouncer {
  announce(group: CreatedGroup): void;
}

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

/** What a change of a group is decided on, under the lock of its head. */
export interface GroupFacts {
  readonly nowMs: number;
  readonly group: GroupRecord;
  /** Rows of those who were asked for; who never was in the group has none. */
  readonly members: ReadonlyMap<UserId, GroupMemberRecord>;
  /** Owner and admins, when they were asked for. */
  readonly managers: readonly UserId[];
}

/** One step of a change; they are carried out in order. */
export type GroupStep =
  | { readonly op: 'entry'; readonly entry: NewEntry }
  /** Into somebody's self feed. */
  | { readonly op: 'feed'; readonly userId: UserId; readonly entry: NewEntry }
  /** From here on they see what comes, or with `seesFromStart` all of the log. */
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

export interface GroupWork extends ChangeWork {
  readonly groupId: GroupId;
  /** Whose rows the decision needs. */
  readonly userIds: readonly UserId[];
  readonly withManagers?: boolean;
}

export interface Groups {
  /**
   * One change, all or nothing, idempotent by its request; `decide` may be asked more than once. Errors: NOT_FOUND,
   * ALREADY_EXISTS (client_request_id), and whatever `decide` throws.
   */
  change<T>(
    work: GroupWork,
    decide: (facts: GroupFacts) => GroupPlan<T>,
  ): Promise<ChangeOutcome<T>>;
}

/** Words of a group's log, encoded. */
export interface GroupNotices {
  joined(userIds: readonly UserId[], way: JoinWay, inviterId: string): EncodedEntry;
  left(userIds: readonly UserId[]): EncodedEntry;
  updated(patch: Partial<GroupProfile> & { readonly allMuted?: boolean }): EncodedEntry;
  dissolved(): EncodedEntry;
}

export type JoinWay = 'free' | 'invited' | 'applied' | 'link' | 'face';
