/** Requests of all webhooks of a node that may be under way at a time. Whoever finds none is told when there is one again. */
export class RequestSlots {
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  constructor(private readonly max: number) {}

  get taken(): number {
    return this.#taken;
  }

  /** False: `whenFree` is called once, later. */
  tryTake(whenFree: () => void): boolean {
    if (this.#taken >= this.max) {
      this.#waiting.add(whenFree);
      return false;
    }
    this.#taken += 1;
    return true;
  }

  give(): void {
    this.#taken -= 1;
    for (const next of this.#waiting) {
      if (this.#taken >= this.max) return;
      this.#waiting.delete(next);
      // It may need none any more: then the next one is told.
      next();
    }
  }
}
