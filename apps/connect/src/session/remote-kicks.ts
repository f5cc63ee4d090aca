import { CLOSE_CODES } from '@queqiao/domain';
import { DirectoryUnavailable, type Directory, type RouteEntry } from '@queqiao/directory';
import { Backoff, type Clock, type Logger, type Registry } from '@queqiao/runtime';
import type { LogicCaller } from './logic-caller.js';
import type { SessionMetrics } from './session-metrics.js';
import { WorkQueue } from './work-queue.js';

/** Evicted sessions that wait for their kick; what is refused here stays in the directory and is named again. */
const MAX_KICKS = 10_000;
const CONCURRENCY = 32;
/** About 80 s of trying, more than a lease: by then the other node is gone or has fenced itself. */
const MAX_ATTEMPTS = 12;
const BACKOFF = { baseMs: 200, maxMs: 10_000 } as const;

export interface RemoteKicksDeps {
  readonly logic: LogicCaller;
  readonly directory: Pick<Directory, 'unregister'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: SessionMetrics;
  readonly registry: Registry;
}

/**
 * Closes evicted sessions on other nodes, through logic, until acknowledged or that node is gone; only then does the
 * directory forget them. So whatever ends the trying here (a restart, a full queue, no answer), the next registration of the
 * user begins anew.
 */
export class RemoteKicks {
  readonly #queue: WorkQueue<RouteEntry>;
  readonly #stopped = new AbortController();
  /** Sessions in the queue or being worked on: the directory names them at every registration. */
  readonly #taken = new Set<string>();

  constructor(
    private readonly deps: RemoteKicksDeps,
    private readonly node: { readonly bootId: string },
  ) {
    this.#queue = new WorkQueue({
      name: 'remote-kicks',
      maxItems: MAX_KICKS,
      concurrency: CONCURRENCY,
      work: (entry) => this.#work(entry),
      metrics: deps.registry,
    });
  }

  /** A session of this very boot is one that is closed already: the directory is just told so. */
  add(entry: RouteEntry): void {
    const key = keyOf(entry);
    if (this.#taken.has(key)) return;
    this.#taken.add(key);
    if (this.#queue.push(entry)) return;
    this.#taken.delete(key);
    this.deps.metrics.kicks.inc({ outcome: 'refused' });
  }

  stop(): void {
    this.#stopped.abort(new Error('stopped'));
  }

  async #work(entry: RouteEntry): Promise<void> {
    const isOwn = entry.route.bootId === this.node.bootId;
    if (isOwn || (await this.#kick(entry))) await this.#forget(entry);
    this.#taken.delete(keyOf(entry));
  }

  /** True when the session is known to be closed. */
  async #kick({ route }: RouteEntry): Promise<boolean> {
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
        return true;
      }
      await this.deps.clock.sleep(backoff.next(), signal).catch(() => undefined);
    }
    this.deps.metrics.kicks.inc({ outcome: 'given-up' });
    return false;
  }

  async #forget({ appId, userId, route }: RouteEntry): Promise<void> {
    try {
      await this.deps.directory.unregister(appId, userId, route);
    } catch (error) {
      // It is named and kicked once more, which does no harm.
      if (error instanceof DirectoryUnavailable) return;
      this.deps.logger.error({ err: error }, 'forgetting an evicted session failed');
    }
  }
}

/** Session numbers are unique within their boot. */
function keyOf({ route }: RouteEntry): string {
  return `${route.bootId} ${route.session}`;
}
