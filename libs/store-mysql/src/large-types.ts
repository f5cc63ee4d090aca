import type { AppId, ConversationId, UserId } from '@queqiao/domain';

/** A current member of a large group, with the head's leave_version in the same moment. */
export interface LargeMembership {
  readonly userId: UserId;
  readonly conversationId: ConversationId;
  /** Entries up to it are not the member's to see. */
  readonly joinedSeq: number;
  readonly leaveVersion: number;
}

export interface LargeLeavers {
  /** The head's, as of this answer. */
  readonly leaveVersion: number;
  /** Who left after the version that was asked from. */
  readonly leavers: readonly { readonly userId: UserId; readonly leaveVersion: number }[];
  /** What lies between is not known any more, or is too much: look at memberships again. */
  readonly tooOld: boolean;
}

export interface LargeKey {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
}

export interface NodeBoot {
  readonly nodeId: string;
  readonly bootId: string;
}

/** Users of one look-up of memberships. */
export const LARGE_MAX_USERS = 500;
/** Leavers of one answer. */
export const LARGE_MAX_LEAVERS = 2_000;
/** Member rows of one step of a crossing. */
export const LARGE_FILL_ROWS = 500;
/** Crossings that are looked at in one turn. */
export const LARGE_MAX_CROSSINGS = 16;
/** Leaves are kept this long for nodes that have not heard of them: a day. */
export const LARGE_LEAVES_KEPT_MS = 86_400_000;

export interface LargeStore {
  /** Large groups of up to LARGE_MAX_USERS users; one of them only when it is named. One indexed statement. */
  memberships(
    appId: AppId,
    userIds: readonly UserId[],
    conversationId?: ConversationId,
  ): Promise<LargeMembership[]>;
  /** Null: no such conversation. */
  leavers(key: LargeKey, sinceVersion: number): Promise<LargeLeavers | null>;
  /** Groups that are on their way, of all apps; at most LARGE_MAX_CROSSINGS. */
  crossings(): Promise<(LargeKey & { readonly filled: boolean })[]>;
  /** Gives the next LARGE_FILL_ROWS members their rows; true when all have them. */
  fillNext(key: LargeKey): Promise<boolean>;
  /** The node has its sessions in the group. Idempotent. */
  confirm(key: LargeKey, node: NodeBoot): Promise<void>;
  confirmed(key: LargeKey): Promise<NodeBoot[]>;
  /** The crossing ends: from now on messages go to nodes only. */
  finish(key: LargeKey): Promise<void>;
  /** Removes leaves that no node asks for any more, at most `limit` of each app. */
  prune(limit: number): Promise<number>;
}
