import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { invalidArgument, type AppId, type ConversationId, type UserId } from '@queqiao/domain';

/** First byte of every cursor; another one is not ours. */
const VERSION = 1;
/** A cursor names at most this many conversations; a forged longer one is refused before it costs anything. */
export const CURSOR_MAX_CONVERSATIONS = 100_000;

/**
 * What a device was given: for each conversation, by the hash of its id, the change number that was delivered. It holds no
 * clock, so a commit that was stalled while the device synced is found by the next sync.
 */
export interface SyncCursor {
  readonly logEpoch: number;
  readonly delivered: ReadonlyMap<number, number>;
}

/**
 * In the place of a conversation's hash, with a number of whose cursor it is as its change. To servers of the version before it is a
 * conversation that the user has no more, which they leave out. A conversation of this hash is in no cursor.
 */
export const OWNER_HASH = 0xffff_ffff;
const OWNER_BYTES = 6;

/** The same for every device of the user, and hardly for anybody else. */
export function ownerNumber(appId: AppId, userId: UserId): number {
  const digest = createHash('sha256').update(`sync ${appId} ${userId}`).digest();
  return digest.readUIntBE(0, OWNER_BYTES);
}

/**
 * What was delivered by a cursor of this owner. One that names none is from before there were names, and is taken: devices keep
 * cursors. Errors: INVALID_ARGUMENT.
 */
export function deliveredTo(owner: number, { delivered }: SyncCursor): ReadonlyMap<number, number> {
  const named = delivered.get(OWNER_HASH);
  if (named !== undefined && named !== owner) {
    throw invalidArgument('cursor', 'is not a cursor of this user');
  }
  return delivered;
}

export function conversationHash(conversationId: ConversationId): number {
  return crc32(conversationId);
}

export function emptyCursor(logEpoch: number): SyncCursor {
  return { logEpoch, delivered: new Map() };
}

/**
 * Version byte, then varints: epoch, count, and per conversation the difference of its hash to the one before and the change.
 * About 7 bytes a conversation.
 */
export function encodeCursor(cursor: SyncCursor): Uint8Array {
  const bytes: number[] = [VERSION];
  putVarint(bytes, cursor.logEpoch);
  putVarint(bytes, cursor.delivered.size);
  let previous = 0;
  for (const [hash, change] of [...cursor.delivered].sort(([a], [b]) => a - b)) {
    putVarint(bytes, hash - previous);
    putVarint(bytes, change);
    previous = hash;
  }
  return Uint8Array.from(bytes);
}

/** Throws INVALID_ARGUMENT for anything that encodeCursor did not write. An empty input is the cursor of a new device. */
export function decodeCursor(bytes: Uint8Array, logEpoch: number): SyncCursor {
  if (bytes.length === 0) return emptyCursor(logEpoch);
  const reader = new VarintReader(bytes);
  if (reader.byte() !== VERSION) throw malformed();
  const epoch = reader.varint();
  const count = reader.varint();
  if (count > CURSOR_MAX_CONVERSATIONS || count * 2 > bytes.length) throw malformed();
  const delivered = new Map<number, number>();
  let hash = 0;
  for (let index = 0; index < count; index += 1) {
    const step = reader.varint();
    if (index > 0 && step === 0) throw malformed();
    hash += step;
    if (hash > 0xffff_ffff) throw malformed();
    delivered.set(hash, reader.varint());
  }
  if (!reader.atEnd()) throw malformed();
  // What another epoch delivered says nothing about this log.
  return epoch === logEpoch ? { logEpoch, delivered } : emptyCursor(logEpoch);
}

function putVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

class VarintReader {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  byte(): number {
    const value = this.bytes[this.#at];
    if (value === undefined) throw malformed();
    this.#at += 1;
    return value;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (value > Number.MAX_SAFE_INTEGER) throw malformed();
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  atEnd(): boolean {
    return this.#at === this.bytes.length;
  }
}

function malformed(): Error {
  return invalidArgument('cursor', 'is not a cursor of this server');
}
