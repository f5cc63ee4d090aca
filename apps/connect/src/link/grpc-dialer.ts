import { createGrpcClient } from '@queqiao/grpc-kit';
import { DuplexFrameStream, type FrameHandlers, type LinkFrame } from '@queqiao/link';
import {
  LinkServiceDefinition,
  type AttachRequest,
  type AttachResponse,
} from '@queqiao/protocol/link';
import type { Clock } from '@queqiao/runtime';
import type { LogicDialer, LogicStream } from './logic-stream.js';

const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** How long the other side may take to end a stream that was ended in good order. */
const GOODBYE_MS = 1_000;

export interface GrpcDialer extends LogicDialer {
  /**
   * Resolves when every goodbye so far was taken by its logic node, or GOODBYE_MS later. A process that exits before takes
   * goodbyes along, and logic waits for a dead stream instead.
   */
  goodbyes(): Promise<void>;
}

/** Dials with grpc-js, each stream over a connection of its own: no connection back-off or half-open socket is inherited. */
export function createGrpcDialer({ clock }: { clock: Clock }): GrpcDialer {
  const leaving = new Set<Promise<void>>();
  const onLeaving = (left: Promise<void>): void => {
    leaving.add(left);
    void left.then(() => leaving.delete(left));
  };
  return {
    goodbyes: async () => void (await Promise.all(leaving)),
    open: (address, handlers) => new DialledStream({ clock, onLeaving }, address, handlers),
  };
}

interface DialledStreamDeps {
  readonly clock: Clock;
  /** Told of every goodbye; resolves when it was taken, or given up. */
  readonly onLeaving: (left: Promise<void>) => void;
}

class DialledStream implements LogicStream {
  readonly #deps: DialledStreamDeps;
  readonly #client;
  readonly #call;
  readonly #frames: DuplexFrameStream<AttachResponse, AttachRequest>;

  constructor(deps: DialledStreamDeps, address: string, handlers: FrameHandlers) {
    this.#deps = deps;
    this.#client = createGrpcClient(LinkServiceDefinition, address, {
      maxMessageBytes: MAX_FRAME_BYTES,
      ownConnection: true,
    });
    this.#call = this.#client.attach();
    this.#frames = new DuplexFrameStream(
      this.#call,
      { encode: requestOf, decode: frameOf, close: () => this.#abort() },
      {
        onFrame: (frame) => handlers.onFrame(frame),
        onEnd: (error) => {
          this.#abort();
          handlers.onEnd(error);
        },
      },
    );
  }

  write(frame: LinkFrame): boolean {
    return this.#frames.write(frame);
  }

  onDrain(callback: () => void): void {
    this.#frames.onDrain(callback);
  }

  close(): void {
    this.#frames.close();
  }

  goodbye(): void {
    this.#frames.write({ firstNumber: 0, ack: 0, items: [], goodbye: true });
    this.#frames.detach();
    const departed = departure(this.#call, this.#deps.clock, () => this.#abort());
    this.#deps.onLeaving(departed.then(() => this.#client.close()));
    this.#call.end();
  }

  #abort(): void {
    this.#call.cancel();
    this.#client.close();
  }
}

function requestOf(frame: LinkFrame): AttachRequest {
  const { hello, firstNumber, ack, items, goodbye = false } = frame;
  return { hello, firstNumber, ack, items, goodbye };
}

function frameOf(response: AttachResponse): LinkFrame {
  const { welcome: hello, firstNumber, ack, items, draining } = response;
  return { hello, firstNumber, ack, items, draining };
}

/** Resolves when the other side has ended the stream too; ends it by force when that takes too long. */
function departure(
  call: { on(event: 'end', listener: () => void): unknown },
  clock: Clock,
  abort: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(GOODBYE_MS, () => {
      abort();
      resolve();
    });
    call.on('end', () => {
      timer.cancel();
      resolve();
    });
  });
}
