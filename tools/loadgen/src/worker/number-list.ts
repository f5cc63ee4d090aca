/** A growing list of numbers without a box around each. `Kind` says how wide they are. */
export class NumberList<Kind extends Uint32Array | Float64Array> {
  #numbers: Kind;
  #length = 0;

  constructor(private readonly make: (length: number) => Kind) {
    this.#numbers = make(1_024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = this.make(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length] = value;
    this.#length += 1;
  }

  /** 0 for a place that was never written. */
  at(index: number): number {
    return index < this.#length ? (this.#numbers[index] ?? 0) : 0;
  }

  /** Only for a place that was pushed. */
  set(index: number, value: number): void {
    if (index >= this.#length) throw new RangeError(`nothing at ${index}`);
    this.#numbers[index] = value;
  }

  toArray(): Kind {
    return this.#numbers.slice(0, this.#length) as Kind;
  }
}

export const uint32List = (): NumberList<Uint32Array> =>
  new NumberList((length) => new Uint32Array(length));
export const float64List = (): NumberList<Float64Array> =>
  new NumberList((length) => new Float64Array(length));
