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

/** Dials with grpc-js, each stream over a connection of its own: no connection back-off or half-open socket is inherited. */
export function createGrpcDialer(deps: { clock: Clock }): LogicDialer {
  return {
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
          const timer = deps.clock.setTimer(GOODBYE_MS, abort);
          call.on('end', () => {
            timer.cancel();
            client.close();
          });
          call.end();
        },
      };
    },
  };
}
