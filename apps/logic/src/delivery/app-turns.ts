/** Whose turn it is: the next app behind `after`, by their ids, that is none of `without`. */
export interface Turn<AppId extends string> {
  readonly after: string;
  readonly without: readonly AppId[];
}

/** Apps take turns at a node. */
export class AppTurns<AppId extends string> {
  readonly #working = new Map<AppId, number>();
  #last = '';

  /** Nothing is under way. */
  get isIdle(): boolean {
    return this.#working.size === 0;
  }

  /** Without apps that have so many jobs under way. */
  next(maxOfApp: number): Turn<AppId> {
    const full = [...this.#working].filter(([, count]) => count >= maxOfApp);
    return { after: this.#last, without: full.map(([appId]) => appId) };
  }

  begin(appId: AppId): void {
    this.#last = appId;
    this.#count(appId, 1);
  }

  /** Steps that end the turn of their app: with the last one, which resolves with true, or with one that fails. */
  untilDone<Job>(
    appOf: (job: Job) => AppId,
    step: (job: Job) => Promise<boolean>,
  ): (job: Job) => Promise<boolean> {
    return async (job) => {
      let done = true;
      try {
        done = await step(job);
        return done;
      } finally {
        if (done) this.#count(appOf(job), -1);
      }
    };
  }

  #count(appId: AppId, change: 1 | -1): void {
    const count = (this.#working.get(appId) ?? 0) + change;
    if (count > 0) this.#working.set(appId, count);
    else this.#working.delete(appId);
  }
}
