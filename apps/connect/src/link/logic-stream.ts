import type { FrameHandlers, FrameStream } from '@queqiao/link';

/** The connect end of one Attach stream. */
export interface LogicStream extends FrameStream {
  /** Ends for good: the other side then drops what it holds about this node. No handler runs afterwards. */
  goodbye(): void;
}

/** Opens streams. Failing to connect is an end of the stream, never an exception; handlers run later, never inside `open`. */
export interface LogicDialer {
  open(address: string, handlers: FrameHandlers): LogicStream;
}

/** The gRPC status number that a stream ended with, if it has one. */
export function statusOf(error: Error): number | undefined {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'number' ? code : undefined;
}

export const STATUS_NOT_FOUND = 5;
export const STATUS_FAILED_PRECONDITION = 9;
