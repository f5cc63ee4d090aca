import { DomainError, type ConversationId } from '@queqiao/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversationHash, decodeCursor, encodeCursor } from './sync-cursor.js';

const change = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const delivered = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 0xffff_ffff }), change), {
    selector: ([hash]) => hash,
    maxLength: 300,
  })
  .map((pairs) => new Map(pairs));
const cursor = fc.record({ logEpoch: fc.nat(), delivered });

function refusal(bytes: Uint8Array): unknown {
  try {
    decodeCursor(bytes, 1);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a sync cursor', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(cursor, (given) => {
        const decoded = decodeCursor(encodeCursor(given), given.logEpoch);
        expect(decoded.logEpoch).toBe(given.logEpoch);
        expect(new Map([...decoded.delivered].sort(([a], [b]) => a - b))).toEqual(
          new Map([...given.delivered].sort(([a], [b]) => a - b)),
        );
      }),
    );
  });

  it('says nothing to a log of another epoch', () => {
    fc.assert(
      fc.property(cursor, (given) => {
        const decoded = decodeCursor(encodeCursor(given), given.logEpoch + 1);
        expect(decoded).toEqual({ logEpoch: given.logEpoch + 1, delivered: new Map() });
      }),
    );
  });

  it('is empty for a new device', () => {
    expect(decodeCursor(new Uint8Array(), 7)).toEqual({ logEpoch: 7, delivered: new Map() });
  });

  it('is refused when it was cut or lengthened', () => {
    fc.assert(
      fc.property(cursor, fc.nat(), (given, at) => {
        const bytes = encodeCursor(given);
        const cut = bytes.subarray(0, 1 + (at % (bytes.length - 1)));
        expect(refusal(cut)).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'cursor' });
        const longer = Uint8Array.from([...bytes, 0]);
        expect(refusal(longer)).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'cursor' });
      }),
    );
  });

  it('survives any bytes: it is read, or refused with a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const error = refusal(bytes);
        if (error !== undefined) expect(error).toBeInstanceOf(DomainError);
        else expect(bytes.length === 0 || bytes[0] === 1).toBe(true);
      }),
    );
  });

  it('cannot name more conversations than it has bytes for', () => {
    // Version 1, epoch 1, a count of 2^42, nothing else.
    const bomb = Uint8Array.from([1, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]);
    expect(refusal(bomb)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('hashes ids into 32 bits, the same on every node', () => {
    expect(conversationHash('g:x' as ConversationId)).toBe(0xc9ae_23c0);
  });
});
