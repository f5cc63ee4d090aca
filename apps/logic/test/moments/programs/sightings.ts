/**
 * What people were shown, and what they must not have been, by one counter that goes on with every beginning and end of a call: what
 * had ended before something began has a lower number.
 */
export interface Sighting {
  readonly viewer: string;
  readonly began: number;
  readonly ended: number;
  /** By which list, and of what. */
  readonly where: string;
  /** What may be excluded about it: that post, anything by that author, and so on. */
  readonly tags: readonly string[];
}

/** From the acknowledgement of one change to the beginning of another the viewer sees nothing that has the tag. */
export interface Exclusion {
  readonly viewer: string;
  readonly tag: string;
  readonly why: string;
  readonly from: number;
  until: number;
}

/** For an exclusion of which nobody is left out. */
export const ANYBODY = '*';

export class SightHistory {
  readonly sightings: Sighting[] = [];
  readonly exclusions: Exclusion[] = [];
  readonly repeats: string[] = [];
  reads = 0;
  #now = 0;

  /** A change from whose acknowledgement on these viewers do not see these tags. */
  async exclude(
    why: string,
    pairs: readonly (readonly [viewer: string, tag: string])[],
    change: () => Promise<unknown>,
  ): Promise<Exclusion[]> {
    await change();
    const from = this.#next();
    const made = pairs.map(([viewer, tag]) => ({ viewer, tag, why, from, until: Infinity }));
    this.exclusions.push(...made);
    return made;
  }

  /** A change that may end exclusions as soon as it has begun. */
  async include(ended: readonly Exclusion[], change: () => Promise<unknown>): Promise<void> {
    const until = this.#next();
    for (const exclusion of ended) exclusion.until = until;
    await change();
  }

  /** What does not exist before this call makes it. */
  async make<T>(tag: string, call: () => Promise<T>): Promise<T> {
    const why = 'is not made yet';
    this.exclusions.push({ viewer: ANYBODY, tag, why, from: -Infinity, until: this.#next() });
    return call();
  }

  /** A read, and the tags of each thing that it shows. */
  async read<T>(
    viewer: string,
    where: string,
    call: () => Promise<T>,
    shownIn: (answer: T) => readonly (readonly string[])[],
  ): Promise<T> {
    const began = this.#next();
    const answer = await call();
    const ended = this.#next();
    this.reads += 1;
    for (const tags of shownIn(answer)) {
      this.sightings.push({ viewer, began, ended, where, tags });
    }
    return answer;
  }

  /** Of all the pages of one list. */
  once(viewer: string, where: string, names: readonly string[]): void {
    const twice = names.filter((name, place) => names.indexOf(name) !== place);
    this.repeats.push(...twice.map((name) => `${viewer} is shown ${name} twice in ${where}`));
  }

  #next(): number {
    this.#now += 1;
    return this.#now;
  }
}

/**
 * Whoever is shown something may have been so at one moment of the read at least. That is more than to see nothing that was excluded
 * before the read began: a post that was made after a friendship had ended is none that a read sees which began before both.
 */
export function flawsOf({ sightings, exclusions, repeats }: SightHistory): string[] {
  const flaws = [...repeats];
  for (const { viewer, began, ended, where, tags } of sightings) {
    const against = exclusions
      .filter((one) => one.viewer === viewer || one.viewer === ANYBODY)
      .filter(({ tag }) => tags.includes(tag))
      .sort((a, b) => a.from - b.from);
    const whys: string[] = [];
    let covered = began;
    for (const { from, until, why } of against) {
      if (covered >= ended || from > covered || until < covered) continue;
      covered = until;
      whys.push(why);
    }
    if (covered >= ended) flaws.push(`${viewer} is shown ${where}, though ${whys.join(', then ')}`);
  }
  return flaws;
}
