/** Whose turn it is: the next app behind `after`, by their ids, that is none of `without`. */
export interface Turn<AppId extends string> {
  readonly after: string;
  readonly without: readonly AppId[];
}

/** Apps take turns at a node, each with so many jobs under way at a time. */
export class AppTurns<AppId extends string> {
  readonly #working = new Map<AppId, number>();
  #last = '';

  constructor(private readonly maxOfApp: number) {}

  get next(): Turn<AppId> {
    const full = [...this.#working].filter(([, count]) => count >= this.maxOfApp);
    return { after: this.#last, without: full.map(([appId]) => appId) };
  }

  begin(appId: AppId): void {
    this.#last = appId;
    this.#count(appId, 1);
  }

  end(appId: AppId): void {
    this.#count(appId, -1);
  }

  #count(appId: AppId, change: 1 | -1): void {
    const count = (this.#working.get(appId) ?? 0) + change;
    if (count > 0) this.#working.set(appId, count);
    else this.#working.delete(appId);
  }
}
