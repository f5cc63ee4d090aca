/** What a scenario needs of a device, whatever feeds it: the tests' own client or the product's. */
export interface TestDevice {
  /** User and device, for messages. */
  readonly name: string;
  readonly userId: string;
  /**
   * `push`: only what is pushed and its own answers, never a read. `sync`: only reads, when `sync` is called. `both`: like a
   * real client. `sdk`: the product's client library.
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
  /** Sends and repeats until the answer is definitive; resolves with the seq. Rejects with the DomainError of a refusal. */
  send(conversationId: string, clientMsgId: string, text: string): Promise<number>;
  /** Newest seq up to which everything has surfaced. */
  high(conversationId: string): number;
  /** Reads what is new, for devices of the kind `sync`. */
  sync(): Promise<void>;
  /** Unread counts as the device shows them, by conversation. */
  unread(): Promise<ReadonlyMap<string, number | undefined>>;
  /** Moves the user's read cursor and repeats until that is known. */
  markRead(conversationId: string, seq: number): Promise<void>;
}
