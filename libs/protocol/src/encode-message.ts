import { BinaryWriter } from '@bufbuild/protobuf/wire';

export type { BinaryWriter } from '@bufbuild/protobuf/wire';

/** What a generated message object offers for writing. */
export interface MessageEncoder<T> {
  encode(message: T, writer?: BinaryWriter): { finish(): Uint8Array };
}

/** A writer whose memory has grown beyond this is not kept. */
const MAX_KEPT_BYTES = 64 * 1024;

/**
 * A field that an object lacks is undefined, whatever its type says when nothing checked it. Every other type of field refuses
 * that or writes its default; a text would become the nine letters of "undefined".
 */
class StrictWriter extends BinaryWriter {
  override string(value: string): this {
    if (typeof value !== 'string') {
      throw new TypeError(`a text field is ${String(value)}: make messages with create()`);
    }
    return super.string(value);
  }
}

/** Its memory is what makes a new writer expensive: several allocations outside of the heap for a message of a few hundred bytes. */
let kept: BinaryWriter | undefined;

/** The bytes of a message, as `encode(message).finish()`, without the cost of a new writer. */
export function encodeMessage<T>(encoder: MessageEncoder<T>, message: T): Uint8Array {
  return encodeWith((writer) => encoder.encode(message, writer));
}

/** The bytes of what `write` writes to the empty writer that it is given and has to return. */
export function encodeWith(write: (writer: BinaryWriter) => { finish(): Uint8Array }): Uint8Array {
  const writer = kept ?? new StrictWriter();
  // Whoever encodes from within `write`, or after it threw, gets another one.
  kept = undefined;
  const bytes = write(writer).finish();
  if (bytes.length <= MAX_KEPT_BYTES) kept = writer;
  return bytes;
}
