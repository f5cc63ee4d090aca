import { createGrpcClient } from '@queqiao/grpc-kit';
import { DuplexFrameStream } from '@queqiao/link';
import {
  LinkServiceDefinition,
  type AttachRequest,
  type AttachResponse,
} from '@queqiao/protocol/link';
import type { Clock } from '@queqiao/runtime';
import type { LogicDialer } from './logic-stream.js';

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
export function createGrpcDialer(deps: { clock: Clock }): GrpcDialer {
  const leaving = new Set<Promise<void>>();
  return {
    goodbyes: async () => void (await Promise.all(leaving)),
    open(address, handlers) {
      const client = createGrpcClient(LinkServiceDefinition, address, {
        maxMessageBytes: MAX_FRAME_BYTES,
        ownConnection: true,
      });
      const call = client.attach();
      const abort = (): void => {
        call.cancel();
        client.close();
      };
      const frames = new DuplexFrameStream<AttachResponse, AttachRequest>(
        call,
        {
          encode: (frame) => ({
            hello: frame.hello,
            firstNumber: frame.firstNumber,
            ack: frame.ack,
            items: frame.items,
            goodbye: frame.goodbye ?? false,
          }),
          decode: (response) => ({
            hello: response.welcome,
            firstNumber: response.firstNumber,
            ack: response.ack,
            items: response.items,
            draining: response.draining,
          }),
          close: abort,
        },
        {
          onFrame: (frame) => handlers.onFrame(frame),
          onEnd(error) {
            abort();
            handlers.onEnd(error);
          },
        },
      );
      return {
        write: (frame) => frames.write(frame),
        onDrain: (callback) => frames.onDrain(callback),
        close: () => frames.close(),
        goodbye() {
          frames.write({ firstNumber: 0, ack: 0, items: [], goodbye: true });
          frames.detach();
          const left = departure(call, deps.clock, abort).then(() => client.close());
          leaving.add(left);
          void left.then(() => leaving.delete(left));
          call.end();
        },
      };
    },
  };
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
