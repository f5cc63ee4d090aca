import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.js';

const NOON_MS = Date.UTC(2026, 5, 1, 12);
const NOON = 'Mon, 01 Jun 2026 12:00:00 GMT';

const asked = (text: string, date?: string) => retryAfterMs({ 'retry-after': text, date }, NOON_MS);

describe('what Retry-After asks for', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Mon, 01 Jun 2026 12:02:00 GMT', 120_000],
    ['Monday, 01-Jun-26 12:02:00 GMT', 120_000],
    ['Mon Jun  1 12:02:00 2026', 120_000],
    ['Mon, 01 Jun 2026 11:59:59 GMT', 0],
  ])('is known from %j', (text, ms) => expect(asked(text, NOON)).toBe(ms));

  it.each(['', '-1', '1.5', '1e3', '1234567', 'soon', '2026-06-01T12:02:00Z', NOON.slice(0, -4)])(
    'is nothing that %j says',
    (text) => expect(asked(text, NOON)).toBeNull(),
  );

  it('is nothing without the header, or with a date that there is not', () => {
    expect(retryAfterMs({ date: NOON }, NOON_MS)).toBeNull();
    expect(asked('Mon, 41 Jun 2026 12:02:00 GMT', NOON)).toBeNull();
  });

  it('is measured by the clock of who says it, or by ours when that is not said', () => {
    expect(asked('Mon, 01 Jun 2026 13:02:00 GMT', 'Mon, 01 Jun 2026 13:00:00 GMT')).toBe(120_000);
    for (const unsaid of [undefined, 'now']) {
      expect(asked('Mon, 01 Jun 2026 12:02:00 GMT', unsaid)).toBe(120_000);
    }
  });
});
