import { testSeed } from '@queqiao/testkit';

/** Reproducible choices: numbers in [0, 1) from a seed, which is printed so that a failure can be run again. */
export class Choices {
  #state: number;

  constructor(scenario: string, seed = testSeed()) {
    this.#state = seed >>> 0;
    console.log(`${scenario}: TEST_SEED=${seed}`);
  }

  next(): number {
    // mulberry32: one 32-bit state, good enough to spread test traffic.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}
