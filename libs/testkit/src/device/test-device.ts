import type { MessageChange, OwnChange } from '../history/changes.js';
import type { ShownConversation } from '../history/shown.js';

/** What a scenario needs of a device, whatever feeds it: the tests' own client or the product's. */
export interface TestDevice {
  /** User and device, for messages. */
  readonly name: string;
  readonly userId: string;
  /**
   * `push`: what is pushed and its own answers; it never reads, or only when it is told to and after it had no connection.
   * `sync`: only reads, when `sync` is called. `both`: like a real client. `sdk`: the product's client library.
   */
  readonly feed: 'push' | 'sync' | 'both' | 'sdk';
  readonly online: boolean;
  /** Codes of its closed connections; 1006 when one just ended or could not be opened. */
  readonly closeCodes: readonly number[];
  /** Set when the server ended the session for good. */
  readonly stoppedBy: number | undefined;
  start(): void;
  whenOnline(): Promise<void>;
  stop(): Promise<void>;
  /** Loses its connection, as a device that enters a tunnel. */
  drop(): void;
  /** Sends and repeats until the answer is definitive; resolves with the seq. Rejects with the DomainError of a refusal. */
  send(
    conversationId: string,
    clientMsgId: string,
    text: string,
    mentions?: readonly string[],
  ): Promise<number>;
  /** Changes messages, repeated like a send; resolves with the seq, 0 when it had been done before. */
  change(conversationId: string, clientMsgId: string, change: MessageChange): Promise<number>;
  /** Changes what the user has of the conversation, repeated like a send. */
  changeOwn(conversationId: string, change: OwnChange): Promise<void>;
  /** Newest seq up to which everything has surfaced. */
  high(conversationId: string): number;
  /** Reads what is new, for devices of the kind `sync`. */
  sync(): Promise<void>;
  /** Unread counts as the device shows them, by conversation. */
  unread(): Promise<ReadonlyMap<string, number | undefined>>;
  /** What it shows by now, of devices that keep a replica. */
  shown(): Promise<ReadonlyMap<string, ShownConversation> | undefined>;
  /** Moves the user's read cursor and repeats until that is known. */
  markRead(conversationId: string, seq: number): Promise<void>;
}
