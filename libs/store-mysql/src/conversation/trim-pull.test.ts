import { isVisible, parseConversationId, type Stint } from '@queqiao/domain';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EntryRecord } from '../conversation-types.js';
import { PULL_MAX_BYTES, trimPull } from './trim-pull.js';

const conversationId = parseConversationId('g:x');

function entry(seq: number, size = 1): EntryRecord {
  return {
    conversationId,
    seq,
    ordinal: seq,
    sender: { kind: 'user', id: 'a' },
    clientMsgId: '',
    kind: 'text',
    revision: 0,
    state: 'present',
    createdMs: 0,
    content: new Uint8Array(size),
  };
}

/** Stints that follow one another, the last one open or ended. */
const stints = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 6 }), fc.boolean())
  .map(([cuts, open]): Stint[] => {
    const sorted = [...cuts].sort((a, b) => a - b);
    const all = sorted.flatMap((joinedSeq, index) =>
      index % 2 === 0 ? [{ joinedSeq, leftSeq: sorted[index + 1] ?? null }] : [],
    );
    const last = all.at(-1);
    return open && last !== undefined ? [...all.slice(0, -1), { ...last, leftSeq: null }] : all;
  });

it('walks a whole log in either direction: each seq is shown or named, once, and nothing else is shown', () => {
  const limits = fc.record({ head: fc.nat(30), limit: fc.integer({ min: 1, max: 7 }) });
  fc.assert(
    fc.property(stints, limits, fc.boolean(), (spans, { head, limit }, backwards) => {
      const last = spans.at(-1);
      const visibleSeq = Math.min(head, last?.leftSeq ?? head);
      const surfaced: number[] = [];
      let [fromSeq, toSeq] = [1, head];
      for (let round = 0; round <= 64; round++) {
        expect(round).toBeLessThan(64);
        const all = Array.from({ length: Math.max(0, toSeq - fromSeq + 1) }, (_, i) =>
          entry(fromSeq + i),
        );
        const fetched = backwards ? all.slice(-limit) : all.slice(0, limit);
        const wanted = { fromSeq, toSeq: Math.max(1, toSeq), backwards };
        const result = trimPull(wanted, { fetched, stints: spans, headSeq: head, visibleSeq });
        const here = result.entries.map(({ seq }) => seq);
        for (const seq of here) expect(spans.some((span) => isVisible(span, seq))).toBe(true);
        for (const range of result.notVisible) {
          for (let seq = range.fromSeq; seq <= range.toSeq; seq++) {
            expect(spans.some((span) => isVisible(span, seq))).toBe(false);
            here.push(seq);
          }
        }
        surfaced.push(...here);
        if (!result.hasMore) break;
        expect(here.length).toBeGreaterThan(0);
        if (backwards) toSeq = Math.min(...here) - 1;
        else fromSeq = Math.max(...here) + 1;
      }
      expect(surfaced.sort((a, b) => a - b)).toEqual(Array.from({ length: head }, (_, i) => i + 1));
    }),
  );
});

it('claims nothing about entries that were committed after the entries were read', () => {
  const facts = { stints: [{ joinedSeq: 0, leftSeq: null }], headSeq: 5, visibleSeq: 5 };
  const forward = { fromSeq: 1, toSeq: 0, backwards: false };
  const result = trimPull(forward, { ...facts, fetched: [entry(1), entry(2)] });
  expect(result).toMatchObject({ notVisible: [], hasMore: true, lastSeq: 5 });
});

it('shows nothing that was read before a leave took effect', () => {
  const facts = { stints: [{ joinedSeq: 0, leftSeq: 1 }], headSeq: 2, visibleSeq: 1 };
  const forward = { fromSeq: 1, toSeq: 0, backwards: false };
  const result = trimPull(forward, { ...facts, fetched: [entry(1), entry(2)] });
  expect(result).toEqual({ entries: [entry(1)], notVisible: [], lastSeq: 1, hasMore: false });
});

it('answers fewer entries when they are large, but never none', () => {
  const facts = { stints: [{ joinedSeq: 0, leftSeq: null }], headSeq: 3, visibleSeq: 3 };
  const half = PULL_MAX_BYTES / 2;
  const fetched = [entry(1, PULL_MAX_BYTES + 1), entry(2, half), entry(3, half)];
  const pull = (backwards: boolean) =>
    trimPull({ fromSeq: 1, toSeq: 3, backwards }, { ...facts, fetched });
  expect(pull(false)).toMatchObject({ entries: [{ seq: 1 }], hasMore: true });
  expect(pull(true)).toMatchObject({ entries: [{ seq: 2 }, { seq: 3 }], hasMore: true });
});
