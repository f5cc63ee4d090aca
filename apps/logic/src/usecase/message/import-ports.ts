import type { AppId, ClientMsgId, ConversationId, DomainError, Sender } from '@queqiao/domain';

import type { Cancellation } from '../caller.js';

/** An old message, checked. */
export interface ImportDraft {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly sender: Sender;
  readonly clientMsgId: ClientMsgId;
  readonly kind: string;
  readonly content: Uint8Array;
  readonly createdMs: number;
  readonly replyToSeq?: number | undefined;
  readonly countable: false;
  /** What the log answers instead of storing it, unless it is stored. */
  readonly refusal?: DomainError;
}

export type ImportOutcome =
  | {
      /** `duplicate`: it was stored before, with this place and this time. */
      readonly status: 'committed' | 'duplicate';
      readonly seq: number;
      readonly createdMs: number;
    }
  /** `field` of the error is one of the message, as the contract writes it. */
  | { readonly status: 'refused'; readonly error: DomainError };

export interface ImportLog {
  /** One transaction: what is stored of the messages stands in their order. After one that is refused none is stored. */
  append(
    drafts: readonly ImportDraft[],
    options: { readonly events: boolean; readonly signal: Cancellation },
  ): Promise<readonly ImportOutcome[]>;
}
