import type { FrameStream, LinkFrame } from './frame.js';

/** What the adapter needs of a bidirectional stream of messages, such as those of a gRPC library. */
export interface MessageDuplex<Out> {
  write(message: Out): boolean;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

export interface DuplexCodec<In, Out> {
  encode(frame: LinkFrame): Out;
  decode(message: In): LinkFrame;
  /** Gives the transport's stream up at once. */
  close(): void;
}

export interface FrameHandlers {
  onFrame(frame: LinkFrame): void;
  /** Runs exactly once, unless `close` or `detach` was called first. `error` is absent when the stream just ended; a server cannot tell that from a cut. */
  onEnd(error?: Error): void;
}

/** A stream of messages as a stream of frames. After `close`, `detach` or the end, nothing is written and no handler runs. */
export class DuplexFrameStream<In, Out> implements FrameStream {
  readonly #duplex: MessageDuplex<Out>;
  readonly #codec: DuplexCodec<In, Out>;
  #open = true;

  constructor(duplex: MessageDuplex<Out>, codec: DuplexCodec<In, Out>, handlers: FrameHandlers) {
    this.#duplex = duplex;
    this.#codec = codec;
    const end = (error?: Error): void => {
      if (!this.#open) return;
      this.#open = false;
      handlers.onEnd(error);
    };
    duplex.on('data', (message) => {
      if (this.#open) handlers.onFrame(codec.decode(message as In));
    });
    duplex.on('error', (error) =>
      end(error instanceof Error ? error : new Error('stream failed', { cause: error })),
    );
    duplex.on('end', () => end());
    duplex.on('cancelled', () => end(new Error('stream cancelled')));
    duplex.on('close', () => end(new Error('stream closed')));
  }

  write(frame: LinkFrame): boolean {
    return this.#open ? this.#duplex.write(this.#codec.encode(frame)) : false;
  }

  onDrain(callback: () => void): void {
    this.#duplex.on('drain', () => {
      if (this.#open) callback();
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#codec.close();
  }

  /** As `close`, but leaves the ending of the transport's stream to the caller. */
  detach(): void {
    this.#open = false;
  }
}
