/** Items for the codec tests: one of every kind, and arbitrary ones. */
import fc from 'fast-check';
import { Item } from '../src/gen/queqiao/client/v1/socket.js';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const int64 = fc.maxSafeInteger();
const uint32 = fc.nat(0xffff_ffff);
const body = fc.uint8Array({ maxLength: 50 });

function kind(name: string, value: fc.Arbitrary<object>): fc.Arbitrary<Item> {
  return value.map((inner) => Item.fromPartial({ item: { $case: name, value: inner } } as never));
}

const error = fc.record({
  code: fc.nat(18),
  message: text,
  field: text,
  retryAfterMs: int64,
  requestId: text,
});
const entry = fc.record({
  conversationId: text,
  seq: int64,
  ordinal: int64,
  sender: fc.record({ kind: fc.nat(3), id: text }),
  clientMsgId: text,
  createdMs: int64,
  content: fc.record({
    body: fc.record({ $case: fc.constant('text'), value: fc.record({ text }) }),
  }),
});

/** Items whose call and reply bodies are raw bytes, as in the binary subprotocol. */
export const anyItem: fc.Arbitrary<Item> = fc.oneof(
  kind('connect', fc.record({ token: text, device: fc.record({ id: text }), generation: int64 })),
  kind('ping', fc.constant({})),
  kind('call', fc.record({ id: uint32, method: text, body, affinity: text, requestId: text })),
  kind('ack', fc.record({ conversationId: text, seq: int64 })),
  kind('refresh', fc.record({ token: text })),
  kind('pong', fc.record({ serverMs: int64 })),
  kind('reply', fc.record({ id: uint32, result: fc.constant({ $case: 'error', value: {} }) })),
  kind('push', fc.record({ event: entry.map((value) => ({ $case: 'entry', value })) })),
  kind('resync', fc.record({ conversationId: text, reason: text })),
  kind('disconnect', fc.record({ code: uint32, reason: text, reconnectAfterMs: int64, error })),
);

export const sampleItems: Item[] = fc.sample(anyItem, { seed: 7, numRuns: 40 });
