interface Profile {
  readonly nickname: string;
}

/** Asks for the names of people who turn up, all of one turn together and each once. */
export class Nicknames {
  readonly #ask: (userIds: readonly string[]) => Promise<ReadonlyMap<string, Profile>>;
  readonly #onFound: (nicknames: ReadonlyMap<string, string>) => void;
  readonly #asked = new Set<string>();
  #wanted = new Set<string>();

  constructor(
    ask: (userIds: readonly string[]) => Promise<ReadonlyMap<string, Profile>>,
    onFound: (nicknames: ReadonlyMap<string, string>) => void,
  ) {
    this.#ask = ask;
    this.#onFound = onFound;
  }

  want(userIds: readonly string[]): void {
    const fresh = userIds.filter((id) => !this.#asked.has(id));
    if (fresh.length === 0) return;
    const first = this.#wanted.size === 0;
    for (const id of fresh) {
      this.#asked.add(id);
      this.#wanted.add(id);
    }
    if (first) queueMicrotask(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const userIds = [...this.#wanted];
    this.#wanted = new Set();
    try {
      const found = await this.#ask(userIds);
      this.#onFound(new Map([...found].map(([id, { nickname }]) => [id, nickname])));
    } catch {
      // Without a connection: whoever turns up again is asked for again.
      for (const id of userIds) this.#asked.delete(id);
    }
  }
}
