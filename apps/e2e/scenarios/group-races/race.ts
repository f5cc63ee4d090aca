import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@queqiao/domain';
import { longRun } from '@queqiao/testkit';

/** Of each race so many, because one may be won by luck. */
export const ROUNDS = longRun() ? 300 : 20;
export const LIMIT_MS = longRun() ? 1_800_000 : 300_000;

const APART_MS = [0, 1, 3, 9, 27];

type Call = () => Promise<unknown>;
export type Outcome = { readonly answer: unknown } | { readonly code: string };

/**
 * Starts these at once or some milliseconds apart, in every other round the last one first, so that each wins now and then.
 * Resolves with what each came to.
 */
export async function race(round: number, ...calls: readonly Call[]): Promise<Outcome[]> {
  const order = round % 2 === 0 ? calls : [...calls].reverse();
  const apartMs = APART_MS[Math.floor(round / 2) % APART_MS.length] ?? 0;
  const outcomes = await Promise.all(
    order.map(async (call, index) => {
      if (apartMs > 0) await sleep(index * apartMs);
      return outcomeOf(call);
    }),
  );
  return round % 2 === 0 ? outcomes : outcomes.reverse();
}

export function isOk(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && 'answer' in outcome;
}

export function codeOf(outcome: Outcome | undefined): string {
  return outcome !== undefined && 'code' in outcome ? outcome.code : 'OK';
}

/** How often each of several ends came about, for those who read the output. */
export class Tally {
  readonly #ends = new Map<string, number>();

  constructor(readonly name: string) {}

  count(end: string): void {
    this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
  }

  print(): void {
    const ends = [...this.#ends].map(([end, times]) => `${end} ${times}`).sort();
    console.log(`group-races: ${this.name}: ${ends.join(', ')}`);
  }
}

async function outcomeOf(call: Call): Promise<Outcome> {
  try {
    return { answer: await call() };
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code };
    throw error;
  }
}
