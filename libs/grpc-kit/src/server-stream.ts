import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';

type AnyStream = ServerWritableStream<unknown, unknown>;

/**
 * Sends one message after the other, each when the one before has left: a caller that does not read holds the source up, and one
 * message waits for it. Ends early, and ends the source, when the caller is gone. `head` goes before the first message.
 */
export async function writeAll(
  call: AnyStream,
  messages: AsyncIterable<unknown>,
  head: Metadata,
): Promise<void> {
  let begun = false;
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));
  call.once('cancelled', leave).once('close', leave);
  for await (const message of messages) {
    if (call.cancelled || call.destroyed) return;
    if (!begun) call.sendMetadata(head);
    begun = true;
    const sent = new Promise<void>((resolve) => void call.write(message, () => resolve()));
    await Promise.race([sent, left]);
  }
}
