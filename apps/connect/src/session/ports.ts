import type { Item } from '@queqiao/protocol/client';
import type { Error as ProtoError } from '@queqiao/protocol/common';

/** How items look on the wire of one subprotocol. Stateless. */
export interface ItemCodec {
  readonly name: 'proto' | 'json';
  /** Reads one WebSocket message. The items share no memory with it. Throws FrameError. */
  decode(message: Uint8Array): Item[];
  /** One item as a chunk; chunks are put together with `join`. */
  encode(item: Item): Uint8Array;
  /** A reply around a response body that is in this codec already. */
  reply(id: number, body: Uint8Array): Uint8Array;
  replyError(id: number, error: ProtoError): Uint8Array;
  /** One WebSocket message from one or more chunks. */
  join(chunks: readonly Uint8Array[]): Uint8Array;
}

/** `dropped`: nothing may be written to this socket any more. */
export type WriteOutcome = 'sent' | 'buffered' | 'dropped';

/** One device's socket, as sessions see it. Every method may be called at any time and does nothing after the end. */
export interface SessionSocket {
  readonly codec: ItemCodec;
  write(message: Uint8Array): WriteOutcome;
  /** Bytes that the kernel has not taken yet. */
  bufferedBytes(): number;
  /** Sends what is buffered, then the close frame. The socket's owner is told of the close before this returns. */
  end(code: number, reason: string): void;
  /** Ends it without a close frame and throws away what is buffered. The owner is told before this returns. */
  cut(): void;
}

/** What is known of a socket before its first item. */
export interface SocketOrigin {
  /** Origin header; empty when there was none. */
  readonly origin: string;
  readonly remoteAddress: string;
}

/** Runs `fn` at the end of the current turn of the event loop. */
export type TurnEnd = (fn: () => void) => void;
