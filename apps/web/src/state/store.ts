/** One value and who wants to hear that it changed. */
export class Store<T, E> {
  #value: T;
  readonly #reduce: (value: T, event: E) => T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T, reduce: (value: T, event: E) => T) {
    this.#value = value;
    this.#reduce = reduce;
  }

  get value(): T {
    return this.#value;
  }

  dispatch(event: E): void {
    const next = this.#reduce(this.#value, event);
    if (next === this.#value) return;
    this.#value = next;
    for (const listener of this.#listeners) listener();
  }

  /** Returns the way to stop listening. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
