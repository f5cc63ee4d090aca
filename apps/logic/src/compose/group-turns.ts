import { DomainError } from '@queqiao/domain';
import { BoundedQueue, type Registry } from '@queqiao/runtime';
import type { Turns } from '../usecase/group/change-deps.js';

/** Changes of one group that wait on this node for their turn. */
export const MAX_WAITING_CHANGES = 200;
/** Hint to callers that were turned away. */
const RETRY_AFTER_MS = 1_000;

/**
 * One change of a group at a time, first come, first served. They would wait for each other in the database too, each with a
 * connection of its own, and with them whoever wants to say something in the group.
 */
export class GroupTurns implements Turns {
  /** Of each group in which something is being changed. */
  readonly #waiting = new Map<string, BoundedQueue<() => void>>();

  constructor(private readonly metrics: Registry) {}

  async run<T>(group: string, work: () => Promise<T>): Promise<T> {
    await this.#turn(group);
    try {
      return await work();
    } finally {
      this.#next(group);
    }
  }

  #turn(group: string): Promise<void> {
    const queue = this.#waiting.get(group);
    if (queue !== undefined) {
      return new Promise((resolve, reject) => {
        if (!queue.push(resolve)) reject(tooMany());
      });
    }
    const limits = { maxItems: MAX_WAITING_CHANGES, metrics: this.metrics };
    this.#waiting.set(group, new BoundedQueue({ name: 'group-changes', ...limits }));
    return Promise.resolve();
  }

  #next(group: string): void {
    const next = this.#waiting.get(group)?.shift();
    if (next === undefined) this.#waiting.delete(group);
    else next();
  }
}

function tooMany(): DomainError {
  return new DomainError('UNAVAILABLE', 'too many changes of the group wait for their turn', {
    retryAfterMs: RETRY_AFTER_MS,
  });
}
