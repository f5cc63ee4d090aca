import type { Hello } from '@queqiao/protocol/link';

/** One message of the stream, in either direction. */
export interface LinkFrame {
  /** Only in the first frame of a stream. */
  readonly hello?: Hello;
  /** Number of items[0]; meaningless without items. */
  readonly firstNumber: number;
  /** Highest number received from the other side without a hole. */
  readonly ack: number;
  /** An empty item only keeps its number: its content was dropped by the sender. */
  readonly items: Uint8Array[];
  /** The sender takes no new calls. */
  readonly draining?: boolean;
  /** The sender will not come back: what is held for it can go. */
  readonly goodbye?: boolean;
}

/** One open stream as the channel sees it. After `close` nothing is written any more. */
export interface FrameStream {
  /** False: the frame was taken, but wait for the drain callback before the next one. */
  write(frame: LinkFrame): boolean;
  /** Registers the one callback that runs whenever the stream can take frames again. */
  onDrain(callback: () => void): void;
  /** Gives the stream up at once; frames under way may be lost. */
  close(): void;
}
