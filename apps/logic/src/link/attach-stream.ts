import { DuplexFrameStream, type FrameHandlers, type FrameStream } from '@queqiao/link';
import type { AttachRequest, AttachResponse } from '@queqiao/protocol/link';

/** gRPC status numbers that a refused or broken stream ends with. */
export const STREAM_STATUS = {
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
} as const;

export type StreamStatus = (typeof STREAM_STATUS)[keyof typeof STREAM_STATUS];

/** The logic end of one open Attach stream. */
export interface AttachStream extends FrameStream {
  /** Ends in good order after what was written. */
  end(): void;
  /** Ends with a status; nothing written before is sure to arrive. */
  fail(status: StreamStatus, message: string): void;
}

/** Binds an incoming stream to its handlers. Handlers must not run before the function has returned. */
export type OpenAttachStream = (handlers: FrameHandlers) => AttachStream;

/** What is used of a server's duplex call; that of grpc-js fits. */
export interface AttachCall {
  write(message: AttachResponse): boolean;
  end(): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: 'error', error: Error): unknown;
}

export function attachStreamOf(call: AttachCall): OpenAttachStream {
  return (handlers) => {
    const fail = (status: StreamStatus, message: string): void => {
      frames.detach();
      call.emit('error', Object.assign(new Error(message), { code: status, details: message }));
    };
    const frames = new DuplexFrameStream<AttachRequest, AttachResponse>(
      call,
      {
        encode: (frame) => ({
          welcome: frame.hello,
          firstNumber: frame.firstNumber,
          ack: frame.ack,
          items: frame.items,
          draining: frame.draining ?? false,
        }),
        decode: (request) => request,
        close: () => fail(STREAM_STATUS.unavailable, 'link closed'),
      },
      handlers,
    );
    return {
      write: (frame) => frames.write(frame),
      onDrain: (callback) => frames.onDrain(callback),
      close: () => frames.close(),
      end: () => {
        frames.detach();
        call.end();
      },
      fail,
    };
  };
}
