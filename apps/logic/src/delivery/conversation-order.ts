/** A place in the order of those that concern the same conversations. */
export interface Turn {
  /** Resolves when all earlier ones that share a conversation have ended; undefined: there are none. */
  readonly ready: Promise<unknown> | undefined;
  end(): void;
}

/**
 * Keeps pushes of one conversation in the order of their commits while their readers are looked up side by side: a device
 * that gets seq 5 before seq 4 would pull for nothing. Holds one line per conversation that is under way.
 */
export class ConversationOrder {
  readonly #tails = new Map<string, Promise<void>>();

  enter(keys: Iterable<string>): Turn {
    const unique = new Set(keys);
    const before = new Set<Promise<void>>();
    let ended: () => void = () => {};
    const tail = new Promise<void>((resolve) => (ended = resolve));
    for (const key of unique) {
      const earlier = this.#tails.get(key);
      if (earlier) before.add(earlier);
      this.#tails.set(key, tail);
    }
    return {
      ready: before.size === 0 ? undefined : Promise.all(before),
      end: () => {
        for (const key of unique) if (this.#tails.get(key) === tail) this.#tails.delete(key);
        ended();
      },
    };
  }
}
