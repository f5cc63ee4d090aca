import type { ServerWritableStream } from '@grpc/grpc-js';

type AnyStream = ServerWritableStream<unknown, unknown>;

/**
 * Sends one message after the other, each when the one before has left: a caller that does not read holds the source up, and one
 * message waits for it. Ends early, and ends the source, when the caller is gone.
 */
export async function writeAll(call: AnyStream, messages: AsyncIterable<unknown>): Promise<void> {
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));
  call.once('cancelled', leave).once('close', leave);
  for await (const message of messages) {
    if (call.cancelled || call.destroyed) return;
    const sent = new Promise<void>((resolve) => void call.write(message, () => resolve()));
    await Promise.race([sent, left]);
  }
}
