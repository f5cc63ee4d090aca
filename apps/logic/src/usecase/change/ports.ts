import type {
  AppId,
  ConversationId,
  EntryState,
  MemberRow,
  Sender,
  UserId,
  VisibleHead,
} from '@queqiao/domain';

import type { Cancellation } from '../caller.js';

/** Who asks for a change, and under which id: a call that is repeated with it gets the first answer. */
export interface ChangeRequest {
  readonly actor: Sender;
  readonly requestId: string;
  /** Name of the operation. */
  readonly method: string;
  /** Of what is asked: another one under the same id is refused with ALREADY_EXISTS. */
  readonly digest: Uint8Array | undefined;
  /** Once it is aborted nothing more is begun for the caller. */
  readonly signal: Cancellation;
}

/** What every change of logs is asked with. */
export interface ChangeWork {
  readonly appId: AppId;
  readonly request: ChangeRequest;
  /** Node that the dispatch row names. */
  readonly owner: string;
  readonly dispatchDelayMs: number;
}

/** Keeps the id of a call whose parts keep their answers by themselves. */
export interface RequestIds {
  /** Errors: ALREADY_EXISTS (client_request_id). */
  claim(appId: AppId, request: ChangeRequest): Promise<void>;
}

export type ChangeOptions = Pick<ChangeWork, 'owner' | 'dispatchDelayMs'>;

/** What a log keeps of something that happened. */
export interface EncodedEntry {
  readonly kind: string;
  /** An encoded queqiao.client.v1.Content; use cases do not look inside. */
  readonly content: Uint8Array;
}

/** An entry of a change: a notice raises nobody's unread count. */
export interface NewEntry extends EncodedEntry {
  readonly sender: Sender;
  readonly countable: boolean;
  /** Shown as the last entry of a conversation in lists. */
  readonly shown: boolean;
}

/** How entries of a conversation travel; anything but `routed` is a large group. */
type Mode = 'routed' | 'both' | 'subscribed';

/** What was committed and has to reach devices; its dispatch row makes that certain. */
export interface ChangeCommit {
  readonly appId: AppId;
  readonly dispatchId: string;
  readonly entries: readonly {
    readonly conversationId: ConversationId;
    readonly seq: number;
    readonly ordinal: number;
    readonly sender: Sender;
    readonly clientMsgId: string;
    readonly revision: number;
    readonly state: EntryState;
    readonly createdMs: number;
    readonly content: Uint8Array;
  }[];
  readonly heads: readonly {
    readonly conversationId: ConversationId;
    readonly memberVersion: number;
    readonly leaveVersion: number;
    readonly mode: Mode;
  }[];
  readonly states: readonly (VisibleHead & {
    readonly member: MemberRow & { readonly userId: UserId };
    readonly mode: Mode;
    readonly leaveVersion: number;
  })[];
  /** Jobs of it are due. */
  readonly hasJobs: boolean;
}

export interface ChangeOutcome<T> {
  readonly answer: T;
  /** Null: repeated, or nothing had to be written. */
  readonly commit: ChangeCommit | null;
}

/** Pushes what was committed. Returns at once and never throws. */
export interface CommitPusher {
  pushCommit(commit: ChangeCommit): void;
}
