import type { Entry } from '@queqiao/protocol/client';

/** When entries surfaced on devices, by the clock of this process, which shares its processors with what it looks at. */
export class Arrivals {
  readonly #ms = new Map<number, number[]>();

  /** To be called when an entry surfaces on a device. */
  readonly note = ({ seq }: Entry): void => {
    const all = this.#ms.get(seq) ?? [];
    this.#ms.set(seq, all);
    all.push(Date.now());
  };

  /** Devices that have it. */
  count(seq: number): number {
    return this.#ms.get(seq)?.length ?? 0;
  }

  /** Milliseconds from a moment until each device had it. */
  since(seq: number, sentMs: number): number[] {
    return (this.#ms.get(seq) ?? []).map((ms) => ms - sentMs);
  }
}

/** The value that this share of the values does not exceed. Throws when there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error('there are no values');
  return value;
}
