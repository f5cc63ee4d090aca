import type { AppId, Sender, UserId } from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork } from '../change/ports.js';

export interface BroadcastOrder {
  readonly broadcastId: string;
  readonly sender: Sender;
  /** The user whose direct chats it goes to. */
  readonly accountId: UserId;
  readonly kind: string;
  readonly content: Uint8Array;
  readonly countable: boolean;
}

export interface Broadcast extends BroadcastOrder {
  readonly state: 'waiting' | 'running' | 'done' | 'cancelled';
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly createdMs: number;
  /** 0: not yet. */
  readonly startedMs: number;
  /** 0: not yet. */
  readonly endedMs: number;
}

export interface BroadcastPlace {
  readonly createdMs: number;
  readonly broadcastId: string;
}

export interface Broadcasts {
  /** One that is there already stays; else `refusal` says why there can be none. Errors: ALREADY_EXISTS, LIMIT_EXCEEDED, `refusal`. */
  start(
    work: ChangeWork,
    order: BroadcastOrder,
    refusal: Error | null,
  ): Promise<ChangeOutcome<null>>;
  /** Null: there is none. */
  get(appId: AppId, broadcastId: string): Promise<Broadcast | null>;
  /** Newest first, without their contents; null: from the newest. */
  list(
    appId: AppId,
    page: { readonly before: BroadcastPlace | null; readonly limit: number },
  ): Promise<Broadcast[]>;
  /** One that has ended stays as it is. Errors: ALREADY_EXISTS, `missing` when there is none. */
  cancel(work: ChangeWork, broadcastId: string, missing: Error): Promise<ChangeOutcome<null>>;
}
