import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { breachesOf, closedSince, closesOf } from './during.js';
import { SendTimes } from './send-times.js';

const SPAN = { fromMs: 10_000, toMs: 20_000 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Messages as [begun, acknowledged] in milliseconds; undefined: never. */
function times(...sends: readonly (readonly [number, number | undefined])[]): SendTimes {
  const all = new SendTimes();
  for (const [begunMs, acknowledgedMs] of sends) {
    vi.setSystemTime(begunMs);
    all.begin().acknowledgedMs = acknowledgedMs;
  }
  return all;
}

describe('a time without acknowledgements', () => {
  it('may have answers to what was begun before it', () => {
    expect([...breachesOf('none', times([9_900, 10_500], [10_050, 10_090]), SPAN, 2)]).toEqual([]);
    const late = times([10_500, 20_001], [10_500, undefined]);
    expect([...breachesOf('none', late, SPAN, 2)]).toEqual([]);
  });

  it('has none to what was begun in it', () => {
    const breaches = [...breachesOf('none', times([10_500, 19_999], [12_000, 12_003]), SPAN, 2)];
    expect(breaches).toEqual(['2 messages were acknowledged that were begun while it lasted']);
  });
});

describe('a time with acknowledgements', () => {
  it('has them early and late', () => {
    const both = times([10_500, 10_600], [16_000, 16_100]);
    expect([...breachesOf('acks', both, SPAN, 2)]).toEqual([]);
  });

  it('has them of what was begun in it', () => {
    expect([...breachesOf('acks', times([9_000, 10_600], [14_000, 16_100]), SPAN, 2)]).toEqual([
      'no message was begun and acknowledged from 0 to 5000 ms',
      'no message was begun and acknowledged from 5000 to 10000 ms',
    ]);
  });

  it('ends with them', () => {
    const early = times([10_500, 10_600], [16_000, 20_100]);
    expect([...breachesOf('acks', early, SPAN, 2)]).toEqual([
      'no message was begun and acknowledged from 5000 to 10000 ms',
    ]);
    expect([...breachesOf('acks', early, SPAN, 1)]).toEqual([]);
  });

  it('is not halved when it is short', () => {
    const late = times([11_050, 11_100]);
    expect([...breachesOf('acks', late, { fromMs: 10_000, toMs: 11_900 }, 2)]).toEqual([]);
    expect([...breachesOf('acks', late, { fromMs: 10_000, toMs: 12_300 }, 2)]).toEqual([
      'no message was begun and acknowledged from 1150 to 2300 ms',
    ]);
  });

  it('is not asked for where nothing can be said', () => {
    expect([...breachesOf('any', times(), SPAN, 2)]).toEqual([]);
  });
});

describe('how long messages took', () => {
  it('counts from the beginning of the span, also for those that were under way', () => {
    expect(times([9_000, 12_000], [11_000, 11_500], [9_000, 9_999]).slowest(SPAN)).toBe(2_000);
  });

  it('leaves out what was begun later, and knows that one is not acknowledged', () => {
    expect(times([11_000, 11_500], [20_001, 90_000]).slowest(SPAN)).toBe(500);
    expect(times([11_000, 11_500], [12_000, undefined]).slowest(SPAN)).toBeUndefined();
  });

  it('tells the first acknowledgement of what was begun after a moment', () => {
    expect(times([9_000, 10_100], [10_050, 10_400], [10_020, 10_300]).first(10_000)).toBe(300);
    expect(times([9_000, 10_100]).first(10_000)).toBeUndefined();
  });
});

it('names devices that lost their connection, with the new codes', () => {
  const devices = [
    { name: 'ann/1', closeCodes: [1006] },
    { name: 'bob/1', closeCodes: [1006] },
  ];
  const before = closesOf(devices);
  devices[1]?.closeCodes.push(4003, 1006);
  expect([...closedSince(devices, before)]).toEqual(['bob/1 lost its connection: 4003 1006']);
});
