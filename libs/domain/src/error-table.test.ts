import { expect, it } from 'vitest';
import { CLOSE_CODES, closeDuty } from './close-codes.js';
import { ERROR_TABLE } from './error-table.js';

it('gives every error a documented close code whose duty fits whether a retry can help', () => {
  const known = new Set<number>(Object.values(CLOSE_CODES));
  for (const [code, row] of Object.entries(ERROR_TABLE)) {
    expect(known.has(row.signInCloseCode), code).toBe(true);
    if (row.effect === 'unknown') expect(row.retryable, code).toBe(true);
    if (closeDuty(row.signInCloseCode) === 'retry') expect(row.retryable, code).toBe(true);
  }
});

it('tells the duty from the range', () => {
  expect(closeDuty(CLOSE_CODES.DRAIN)).toBe('retry');
  expect(closeDuty(CLOSE_CODES.TOKEN_EXPIRED)).toBe('new-token');
  expect(closeDuty(CLOSE_CODES.REPLACED)).toBe('stop');
  expect(closeDuty(1006)).toBe('retry');
});
