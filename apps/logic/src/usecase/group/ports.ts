import type { AppId, ConversationId, GroupId, UserId } from '@queqiao/domain';

export interface EncodedEntry {
  readonly kind: string;
  readonly content: Uint8Array;
  readonly countable: boolean;
}

/** Writes the first entry of a group in the form that the log keeps. */
export interface GroupEntries {
  groupCreated(facts: {
    readonly name: string;
    readonly creatorId: UserId;
    readonly memberIds: readonly UserId[];
  }): EncodedEntry;
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
  readonly firstEntry: EncodedEntry;
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
  readonly firstEntry: EncodedEntry;
}

/** Pushes the first entry to the members; the dispatch row makes it certain. */
export interface GroupAnnouncer {
  announce(group: CreatedGroup): void;
}
