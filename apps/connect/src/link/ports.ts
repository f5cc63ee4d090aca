import type {
  Caller,
  Deliver,
  KickSessions,
  LargeCrossing,
  LargeDeliver,
  ResyncSessions,
} from '@queqiao/protocol/link';

export interface LogicCallInput {
  /** Affinity: calls with the same key go to the same logic node while the set of nodes stays the same; '' spreads. */
  readonly key: string;
  /** For example queqiao.client.v1.MessageService/Send. */
  readonly method: string;
  /** Must not change afterwards. */
  readonly body: Uint8Array;
  readonly codec: 'proto' | 'json';
  /** Absent for calls of the node itself. */
  readonly caller?: Caller;
  readonly timeoutMs: number;
  readonly requestId: string;
}

/** Encoded reply message, or an encoded queqiao.common.v1.Error. */
export type LogicReply = { readonly body: Uint8Array } | { readonly error: Uint8Array };

export interface Readiness {
  readonly ready: boolean;
  readonly reasons: string[];
}

/** What sessions need of the link. */
export interface LogicCalls {
  /**
   * Sends a call to the logic node that rendezvous hashing of `key` picks among the attached ones.
   * Rejects with DomainError UNAVAILABLE (none attached, queue full, node lost) or DEADLINE_EXCEEDED; unless none was
   * attached or the queue was full, the effect is unknown. An error reply is returned, not thrown.
   */
  call(input: LogicCallInput): Promise<LogicReply>;
  /** Logic nodes that take calls now. */
  attachedCount(): number;
  readiness(): Readiness;
}

/** What the link asks of sessions. Called synchronously, in the order sent by one logic node; must not throw. */
export interface DownHandlers {
  deliver(item: Deliver): void;
  kick(item: KickSessions): void;
  resync(item: ResyncSessions): void;
  largeDeliver(item: LargeDeliver): void;
  largeCrossing(item: LargeCrossing): void;
}
