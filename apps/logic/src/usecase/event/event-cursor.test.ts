import { parseAppId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { decodePage, encodePage } from '../paging.js';
import { decodeEventCursor, encodeEventCursor } from './event-cursor.js';

const [shop, other] = [parseAppId('shop'), parseAppId('other')];
const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'cursor' }) as unknown;
const CURSORS = [1, 12, 123, 1_234].flatMap((position) =>
  [null, 7].map((seq) => ({ logEpoch: 3, place: { position, seq } })),
);

describe('a cursor of events', () => {
  it('comes back as it was made, for its app alone', () => {
    for (const cursor of CURSORS) {
      const made = encodeEventCursor(shop, cursor);
      expect(decodeEventCursor(shop, made)).toEqual(cursor);
      expect(() => decodeEventCursor(other, made)).toThrow(refused);
    }
  });

  it('from before there were marks is taken, and one with a mark is by servers from then', () => {
    for (const cursor of CURSORS) {
      const { logEpoch, place } = cursor;
      const parts = [logEpoch, place.position, place.seq ?? 0] as const;
      expect(decodeEventCursor(shop, encodePage(parts))).toEqual(cursor);
      const types = ['number', 'number', 'number'] as const;
      expect(decodePage(encodeEventCursor(shop, cursor), types, 'cursor')).toEqual(parts);
    }
  });

  it('with anything else at its end is none', () => {
    const made = encodeEventCursor(shop, { logEpoch: 1, place: { position: 2, seq: null } });
    const [token = '', mark = ''] = made.split('=');
    for (const bad of [`${token}=`, `=${mark}`, `${made}=`, `${made}x`, `${token}${mark}`, '=']) {
      expect(() => decodeEventCursor(shop, bad), bad).toThrow(refused);
    }
    expect(decodeEventCursor(shop, '')).toBeNull();
  });
});
