import { BoundedQueue, type Registry } from '@queqiao/runtime';

export interface WorkQueueOptions<T> {
  readonly name: string;
  readonly maxItems: number;
  /** Items being worked on at the same time. */
  readonly concurrency: number;
  /** Must not reject. */
  readonly work: (item: T) => Promise<void>;
  readonly metrics: Registry;
}

/** Works off a bounded queue with a bounded number of hands. A full queue refuses, and the caller says what that means. */
export class WorkQueue<T> {
  readonly #queue: BoundedQueue<T>;
  #busy = 0;
  #idle: (() => void)[] = [];

  constructor(private readonly options: WorkQueueOptions<T>) {
    const { name, maxItems, metrics } = options;
    this.#queue = new BoundedQueue<T>({ name, maxItems, metrics });
  }

  push(item: T): boolean {
    if (!this.#queue.push(item)) return false;
    this.#next();
    return true;
  }

  /** Resolves when nothing waits and nothing is being worked on. */
  whenIdle(): Promise<void> {
    if (this.#busy === 0 && this.#queue.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    while (this.#busy < this.options.concurrency) {
      const item = this.#queue.shift();
      if (item === undefined) break;
      this.#busy++;
      void this.options.work(item).finally(() => {
        this.#busy--;
        this.#next();
      });
    }
    if (this.#busy > 0 || this.#queue.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
