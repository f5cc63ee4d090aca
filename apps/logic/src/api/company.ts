import type { Clock } from '@queqiao/runtime';

/** An app calls as long as its last call is not longer ago. */
export const COMPANY_MS = 1_000;

interface Call {
  readonly appId: string;
  readonly atMs: number;
}

/** Knows whether an app has a node to itself. Two calls are enough to know it of every app, however many there are. */
export class Company {
  /** The last call of all, and the last one of any other app than that. */
  #last: Call | undefined;
  #other: Call | undefined;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  note(appId: string): void {
    if (this.#last !== undefined && this.#last.appId !== appId) this.#other = this.#last;
    this.#last = { appId, atMs: this.clock.monotonic() };
  }

  /** Whether another app than this one has called within COMPANY_MS. */
  has(appId: string): boolean {
    const call = this.#last?.appId === appId ? this.#other : this.#last;
    return call !== undefined && this.clock.monotonic() - call.atMs <= COMPANY_MS;
  }
}
