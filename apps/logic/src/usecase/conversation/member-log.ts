import type { AppId, ConversationId, UserId } from '@queqiao/domain';

import type { Cancellation } from '../caller.js';
import type { ChangeRequest } from '../change/ports.js';
import type { Membership, MemberKey } from './ports.js';

/** Whose row is changed, and what the dispatch row for the new state says. */
export interface MemberChange extends MemberKey {
  /** Node that the dispatch row names. */
  readonly owner: string;
  readonly dispatchDelayMs: number;
  /** Once it is aborted nothing more is begun for the caller. */
  readonly signal: Cancellation;
}

export type MemberChangeResult =
  | {
      readonly status: 'changed';
      readonly membership: Membership;
      /** Direct chats: the other side's row, when it was changed too. */
      readonly peer: Membership | null;
      readonly dispatchId: string;
    }
  | { readonly status: 'unchanged'; readonly membership: Membership }
  | { readonly status: 'not-found' }
  /** `seq` is the first one named that is not there yet. */
  | { readonly status: 'no-such-seq'; readonly seq: number };

/** What is left out stays. Empty texts and false take a setting away. */
export interface SettingsPatch {
  readonly pinned?: boolean | undefined;
  readonly muted?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  readonly draft?: string | undefined;
  readonly remark?: string | undefined;
  readonly markedUnread?: boolean | undefined;
}

export interface SettingsChange extends MemberChange {
  readonly patch: SettingsPatch;
  readonly throughSeq: number;
  /** Null: every call counts. */
  readonly request: ChangeRequest | null;
}

export interface DeliveredAck extends MemberKey {
  readonly seq: number;
}

export interface ReadersQuery {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly senderId: UserId;
  readonly unread: boolean;
  readonly afterUserId: string;
  readonly limit: number;
}

export interface Readers {
  readonly userIds: UserId[];
  readonly readCount: number;
  readonly unreadCount: number;
}

/** What users keep about conversations. Every change has a dispatch row for the new state in the same transaction. */
export interface MemberLog {
  /** Forward only; takes a mark as unread away. */
  advanceRead(input: MemberChange & { readonly seq: number }): Promise<MemberChangeResult>;
  /** Hides nothing above `throughSeq`; 0: the newest. Errors: ALREADY_EXISTS (client_request_id). */
  updateSettings(input: SettingsChange): Promise<MemberChangeResult>;
  clearHistory(input: MemberChange & { readonly throughSeq: number }): Promise<MemberChangeResult>;
  deleteForMe(
    input: MemberChange & { readonly seqs: readonly number[] },
  ): Promise<MemberChangeResult>;
  /** Forward only. Answers the states that changed, with the dispatch row of all of them. */
  ackDelivered(
    acks: readonly DeliveredAck[],
    dispatch: { readonly owner: string; readonly dispatchDelayMs: number },
  ): Promise<{ readonly dispatchId: string | null; readonly changed: readonly ChangedState[] }>;
  readers(input: ReadersQuery): Promise<Readers>;
}

export interface ChangedState {
  readonly appId: AppId;
  readonly membership: Membership;
}

/** Pushes members' own states to their sessions; the dispatch row makes it certain. */
export interface StatePusher {
  pushStates(push: {
    readonly states: readonly ChangedState[];
    readonly dispatchId: string | null;
  }): void;
}

export interface MemberChangeDeps {
  readonly members: MemberLog;
  readonly push: StatePusher;
}

export interface MemberChangeOptions {
  /** Names this node in the dispatch row. */
  readonly owner: string;
  readonly dispatchDelayMs: number;
}
