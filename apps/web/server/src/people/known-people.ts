/** People kept for the page's suggestions; above it those who were not seen for the longest time are forgotten. */
export const MAX_KNOWN_PEOPLE = 200;

export interface Person {
  readonly userId: string;
  /** What the page shows. */
  readonly name: string;
}

/** Who has signed in since the start, most recent last. Lost at a restart: it only feeds suggestions. */
export class KnownPeople {
  readonly #people = new Map<string, Person>();
  readonly #limit: number;

  constructor(first: readonly string[], limit = MAX_KNOWN_PEOPLE) {
    this.#limit = limit;
    for (const userId of first) this.add({ userId, name: userId });
  }

  get size(): number {
    return this.#people.size;
  }

  add(person: Person): void {
    this.#people.delete(person.userId);
    this.#people.set(person.userId, person);
    const [oldest] = this.#people.keys();
    if (this.#people.size > this.#limit && oldest !== undefined) this.#people.delete(oldest);
  }

  list(): Person[] {
    return [...this.#people.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  }
}
