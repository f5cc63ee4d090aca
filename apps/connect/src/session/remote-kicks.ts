import { CLOSE_CODES } from '@queqiao/domain';
import type { Route } from '@queqiao/directory';
import { Backoff, type Clock, type Registry } from '@queqiao/runtime';
import type { LogicCaller } from './logic-caller.js';
import type { SessionMetrics } from './session-metrics.js';
import { WorkQueue } from './work-queue.js';

/** Evicted sessions of other nodes that wait for their kick; above it they are given up and counted. */
const MAX_KICKS = 10_000;
const CONCURRENCY = 32;
/** About 80 s of trying, more than a lease: by then the other node is gone or has fenced itself. */
const MAX_ATTEMPTS = 12;
const BACKOFF = { baseMs: 200, maxMs: 10_000 } as const;

/** Closes evicted sessions on other nodes, through logic, until acknowledged or that node is gone. */
export class RemoteKicks {
  readonly #queue: WorkQueue<Route>;
  readonly #stopped = new AbortController();

  constructor(
    private readonly deps: {
      readonly logic: LogicCaller;
      readonly clock: Clock;
      readonly metrics: SessionMetrics;
      readonly registry: Registry;
    },
  ) {
    this.#queue = new WorkQueue({
      name: 'remote-kicks',
      maxItems: MAX_KICKS,
      concurrency: CONCURRENCY,
      work: (route) => this.#work(route),
      metrics: deps.registry,
    });
  }

  add(route: Route): void {
    if (!this.#queue.push(route)) this.deps.metrics.kicks.inc({ outcome: 'refused' });
  }

  stop(): void {
    this.#stopped.abort(new Error('stopped'));
  }

  async #work(route: Route): Promise<void> {
    const backoff = new Backoff(BACKOFF);
    const { signal } = this.#stopped;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !signal.aborted; attempt++) {
      const answer = await this.deps.logic.kick(route.nodeId, {
        nodeId: route.nodeId,
        bootId: route.bootId,
        session: route.session,
        closeCode: CLOSE_CODES.REPLACED,
        reason: 'replaced by another session',
      });
      if ('value' in answer) {
        this.deps.metrics.kicks.inc({ outcome: answer.value.gone ? 'gone' : 'acknowledged' });
        return;
      }
      await this.deps.clock.sleep(backoff.next(), signal).catch(() => undefined);
    }
    this.deps.metrics.kicks.inc({ outcome: 'given-up' });
  }
}
