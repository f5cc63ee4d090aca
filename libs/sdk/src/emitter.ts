type Listener<Event> = (event: Event) => void;

/** Typed events. Listeners run in the order in which they were added, within the call that emits. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #onThrow: (error: unknown) => void;

  /** @param onThrow gets what a listener throws: a faulty listener must not keep the others from hearing the event. */
  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow;
  }

  /** Returns the function that removes the listener again. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const known = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, known);
    // A wrapper of its own, so that the same function added twice is heard twice and removed once.
    const entry: Listener<Events[Name]> = (event) => listener(event);
    known.add(entry);
    return () => void known.delete(entry);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as Listener<Events[Name]>)(event);
      } catch (error) {
        this.#onThrow(error);
      }
    }
  }
}
