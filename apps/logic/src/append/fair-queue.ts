import type { PendingAppend } from './pending-append.js';

/**
 * Entries that wait for a batch. Apps take turns, one entry each, so that what one app has waiting delays another by no more than
 * its own share of a batch; within an app, and so within a conversation, the order is that of their coming.
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

  /** Removes entries in turns until `take` answers false for one, which stays. */
  takeWhile(take: (item: PendingAppend) => boolean): PendingAppend[] {
    const taken: PendingAppend[] = [];
    const turns = [...this.#byApp].map(([appId, queue]) => ({ appId, queue, next: 0 }));
    let waiting = turns;
    for (let open = true; open && waiting.length > 0;) {
      for (const turn of waiting) {
        const item = turn.queue[turn.next] as PendingAppend;
        open = take(item);
        if (!open) break;
        turn.next += 1;
        taken.push(item);
      }
      waiting = waiting.filter(({ queue, next }) => next < queue.length);
    }
    this.#passTurns(turns);
    return taken;
  }

  /** Who had the least of this batch is first in the next one. */
  #passTurns(turns: { appId: string; queue: PendingAppend[]; next: number }[]): void {
    const left = turns.filter(({ queue, next }) => next < queue.length);
    left.sort((one, other) => one.next - other.next);
    this.#byApp = new Map(left.map(({ appId, queue, next }) => [appId, queue.slice(next)]));
  }

  #keep(appId: string, queue: PendingAppend[]): void {
    if (queue.length > 0) this.#byApp.set(appId, queue);
    else this.#byApp.delete(appId);
  }
}
