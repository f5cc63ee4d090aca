import { FakeClock } from '@queqiao/runtime/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connect, End, numbered, settle } from './wire.js';

const OVERFLOW = 1_000_000;

type Step =
  | { kind: 'send'; side: 0 | 1; count: number; size: number }
  | { kind: 'turn'; side: 0 | 1 }
  | { kind: 'hear'; side: 0 | 1; count: number }
  | { kind: 'drop'; side: 0 | 1 }
  | { kind: 'reconnect'; late: number; capacity: number }
  | { kind: 'wait'; ms: number }
  | { kind: 'overflow'; side: 0 | 1 };

const side = fc.constantFrom<0 | 1>(0, 1);
const steady: fc.Arbitrary<Step>[] = [
  fc.record({
    kind: fc.constant('send' as const),
    side,
    count: fc.integer({ min: 1, max: 8 }),
    size: fc.constantFrom(4, 4, 9_000, 40_000),
  }),
  fc.record({ kind: fc.constant('turn' as const), side }),
  fc.record({ kind: fc.constant('hear' as const), side, count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('drop' as const), side }),
  fc.record({
    kind: fc.constant('reconnect' as const),
    late: fc.integer({ min: 0, max: 3 }),
    capacity: fc.constantFrom(1, 3, 100),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
];
const overflow: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('overflow' as const), side });

/** Two ends and a lossy wire between them. */
class World {
  readonly clock = new FakeClock();
  readonly ends: [End, End];
  readonly sent: [number[], number[]] = [[], []];
  #next = 0;

  constructor() {
    const limits = { ackStallMs: 1e9, deadMs: 1e9 };
    this.ends = [new End(this.clock, limits), new End(this.clock, limits)];
    connect(...this.ends);
  }

  run(step: Step): void {
    if (step.kind === 'reconnect') return this.#reconnect(step.late, step.capacity);
    if (step.kind === 'wait') return this.clock.advance(step.ms);
    const end = this.ends[step.side];
    const other = this.ends[step.side === 0 ? 1 : 0];
    if (step.kind === 'turn') end.turn();
    else if (step.kind === 'drop') end.channel.detach();
    else if (step.kind === 'overflow') end.channel.replaceAll(numbered(OVERFLOW));
    else if (step.kind === 'hear') {
      if (end.channel.attached) end.hear(other.out, step.count);
    } else {
      for (let index = 0; index < step.count; index += 1) {
        this.#next += 1;
        if (end.send(this.#next, step.size)) this.sent[step.side].push(this.#next);
      }
    }
  }

  /** As on the wire: frames of the old stream may reach the caller between its hello and the welcome. */
  #reconnect(late: number, capacity: number): void {
    const [caller, answerer] = this.ends;
    const helloReceived = caller.channel.received;
    const oldPipe = answerer.out;
    answerer.attach(helloReceived, capacity);
    const welcomeReceived = answerer.channel.received;
    if (caller.channel.attached) caller.hear(oldPipe, late);
    caller.attach(welcomeReceived, capacity);
  }

  finish(): void {
    // An open stream must do; only a dropped one is replaced.
    if (!this.ends.every((end) => end.channel.attached)) connect(...this.ends);
    settle(...this.ends, this.clock);
  }
}

function runAll(steps: Step[]): World {
  const world = new World();
  for (const step of steps) world.run(step);
  world.finish();
  return world;
}

describe('LinkChannel under random drops, reconnects and delays', () => {
  it('delivers every item exactly once and in order, and settles it as acked', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...steady), { maxLength: 80, size: 'max' }), (steps) => {
        const { ends, sent } = runAll(steps);
        for (const from of [0, 1] as const) {
          const to = ends[from === 0 ? 1 : 0];
          expect(to.received).toEqual(sent[from]);
          expect(ends[from].acked).toEqual(sent[from]);
          expect(ends[from].lost).toEqual([]);
          expect(ends[from].channel.pendingItems).toBe(0);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('with overflows: settles every item once, acked ones were delivered once, order holds', () => {
    const steps = fc.array(fc.oneof(...steady, overflow), { maxLength: 80, size: 'max' });
    fc.assert(
      fc.property(steps, (given) => {
        const { ends, sent } = runAll(given);
        for (const from of [0, 1] as const) {
          const { acked, lost } = ends[from];
          const { received } = ends[from === 0 ? 1 : 0];
          const arrived = received.filter((value) => value !== OVERFLOW);
          if (lost.length > 0) expect(received).toContain(OVERFLOW);
          expect([...acked, ...lost].sort((x, y) => x - y)).toEqual(sent[from]);
          expect(arrived).toEqual([...new Set(arrived)].sort((x, y) => x - y));
          const delivered = new Set(arrived);
          expect(acked.filter((value) => !delivered.has(value))).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
  });
});
