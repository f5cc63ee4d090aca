import { isWithinShare } from '@queqiao/runtime';

/** From where a webhook takes its requests. */
export interface AppSlots {
  /** False: `whenFree` is called once, later. */
  tryTake(whenFree: () => void): boolean;
  give(): void;
}

/**
 * Requests of all webhooks of a node that may be under way at a time. An app has its share of them: a request to a receiver that hangs
 * is given back when its time is over and not before, so those of others must find some that are free. Whoever finds none is told when
 * there is one again.
 */
export class RequestSlots {
  readonly #takenByApp = new Map<string, number>();
  /** With their apps, in the order in which they asked. */
  readonly #waiting = new Map<() => void, string>();
  #taken = 0;

  constructor(private readonly max: number) {}

  get taken(): number {
    return this.#taken;
  }

  /** Webhooks that were told of none since they asked. */
  get waiting(): number {
    return this.#waiting.size;
  }

  of(appId: string): AppSlots {
    return {
      tryTake: (whenFree) => {
        const may = this.#mayTake(appId);
        if (may) this.#count(appId, 1);
        else this.#waiting.set(whenFree, appId);
        return may;
      },
      give: () => this.#give(appId),
    };
  }

  #mayTake(appId: string): boolean {
    const own = this.#takenByApp.get(appId) ?? 0;
    // Of what is left, one is for anybody.
    if (own === 0) return this.#taken < this.max;
    return isWithinShare(own + 1, this.#taken + 1, this.max);
  }

  /** Also the shares of others are larger now. */
  #give(appId: string): void {
    this.#count(appId, -1);
    // Who is told may wait again at once, and is not told twice.
    const waiting = Array.from(this.#waiting);
    for (const [next, waiter] of waiting) {
      if (!this.#mayTake(waiter)) continue;
      this.#waiting.delete(next);
      // It may need none any more: then the next one is told.
      next();
    }
  }

  #count(appId: string, change: 1 | -1): void {
    this.#taken += change;
    const own = (this.#takenByApp.get(appId) ?? 0) + change;
    if (own > 0) this.#takenByApp.set(appId, own);
    else this.#takenByApp.delete(appId);
  }
}
