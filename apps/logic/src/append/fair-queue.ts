import type { PendingAppend } from './pending-append.js';

interface Turn {
  readonly appId: string;
  readonly queue: PendingAppend[];
  next: number;
  spent: number;
}

/**
 * Entries that wait for a batch. Apps take turns, by what their entries cost, so that what one app has waiting delays another by no
 * more than its own share of a batch; within an app, and so within a conversation, the order is that of their coming.
 */
export class FairQueue {
  /** In the order of their turns. */
  #byApp = new Map<string, PendingAppend[]>();

  get isEmpty(): boolean {
    return this.#byApp.size === 0;
  }

  push(item: PendingAppend): void {
    const { appId } = item.request;
    const queue = this.#byApp.get(appId);
    if (queue === undefined) this.#byApp.set(appId, [item]);
    else queue.push(item);
  }

  /** Before everything that waits, in this order. */
  putBack(items: readonly PendingAppend[]): void {
    const returned = new Map<string, PendingAppend[]>();
    for (const item of items) {
      const { appId } = item.request;
      const queue = returned.get(appId);
      if (queue === undefined) returned.set(appId, [item]);
      else queue.push(item);
    }
    for (const [appId, queue] of returned) {
      this.#byApp.set(appId, [...queue, ...(this.#byApp.get(appId) ?? [])]);
    }
  }

  /** Removes what waits of one conversation, in order. */
  takeConversation(key: string): PendingAppend[] {
    const taken: PendingAppend[] = [];
    for (const [appId, queue] of this.#byApp) {
      const mine = queue.filter((item) => item.key === key);
      if (mine.length === 0) continue;
      taken.push(...mine);
      this.#keep(appId, mine.length === queue.length ? [] : queue.filter((i) => i.key !== key));
    }
    return taken;
  }

  /**
   * Removes entries in turns; `take` answers what one costs, at least 1, or undefined: it stays, and so does what its app has behind
   * it, while others go on. Whoever has had more than a turn's worth waits until the others have had as much.
   */
  takeWhile(take: (item: PendingAppend) => number | undefined): PendingAppend[] {
    const taken: PendingAppend[] = [];
    const turns = [...this.#byApp].map(([appId, queue]) => ({ appId, queue, next: 0, spent: 0 }));
    let waiting: Turn[] = turns;
    for (let round = 1; waiting.length > 0; round += 1) {
      waiting = waiting.filter((turn) => {
        if (turn.spent >= round) return true;
        const item = turn.queue[turn.next] as PendingAppend;
        const cost = take(item);
        if (cost === undefined) return false;
        turn.spent += cost;
        turn.next += 1;
        taken.push(item);
        return turn.next < turn.queue.length;
      });
    }
    this.#passTurns(turns);
    return taken;
  }

  /** Who had the least of this batch is first in the next one. */
  #passTurns(turns: Turn[]): void {
    const left = turns.filter(({ queue, next }) => next < queue.length);
    left.sort((one, other) => one.spent - other.spent);
    this.#byApp = new Map(left.map(({ appId, queue, next }) => [appId, queue.slice(next)]));
  }

  #keep(appId: string, queue: PendingAppend[]): void {
    if (queue.length > 0) this.#byApp.set(appId, queue);
    else this.#byApp.delete(appId);
  }
}
