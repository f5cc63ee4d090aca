import { DomainError } from '@queqiao/domain';
import { Backoff, type Clock, type Logger } from '@queqiao/runtime';
import type { AppendMetrics } from './append-metrics.js';
import { publishCommit } from './committed-batch.js';
import type { AppendLimits } from './limits.js';
import { gaveUp, type PendingAppend } from './pending-append.js';
import type {
  AppendLog,
  AppendOutcome,
  BatchCommit,
  CommitFailure,
  CommittedBatch,
  Judge,
} from './ports.js';

export interface BatchRunnerDeps {
  readonly log: AppendLog;
  /** What a rejection of `log` means. */
  readonly failureOf: (error: unknown) => CommitFailure;
  readonly judge: Judge;
  /** Told of every commit before its callers are answered. */
  readonly onCommitted: (batch: CommittedBatch) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AppendMetrics;
}

export interface BatchRunnerOptions extends AppendLimits {
  /** This node, as dispatch rows name it. */
  readonly owner: string;
}

/** Entries that are not settled and must come again, in their order of arrival. */
export interface Leftovers {
  readonly skipped: readonly PendingAppend[];
  readonly headless: readonly PendingAppend[];
}

/** One batch while it is being run, perhaps in parts. */
interface Run {
  readonly skipLocked: boolean;
  /** Conversations with an entry that must come again: their later entries must not overtake it. */
  readonly held: Set<string>;
  readonly skipped: PendingAppend[];
  readonly headless: PendingAppend[];
}

/**
 * Takes one batch through the log until every entry is settled or left over: runs it again after transient and ambiguous
 * failures, halves it when an entry poisons it. Never rejects. Entries of one conversation keep their order.
 */
export class BatchRunner {
  readonly #deps: BatchRunnerDeps;
  readonly #options: BatchRunnerOptions;

  constructor(deps: BatchRunnerDeps, options: BatchRunnerOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  async run(batch: readonly PendingAppend[], skipLocked: boolean): Promise<Leftovers> {
    const run: Run = { skipLocked, held: new Set(), skipped: [], headless: [] };
    await this.#part(batch, run);
    return { skipped: run.skipped, headless: run.headless };
  }

  async #part(part: readonly PendingAppend[], run: Run): Promise<void> {
    const items = run.held.size === 0 ? part : part.filter((item) => !hold(item, run));
    if (items.length === 0) return;
    const backoff = new Backoff({
      baseMs: this.#options.retryBaseMs,
      maxMs: this.#options.retryMaxMs,
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#settle(items, await this.#commit(items, run.skipLocked), run);
        return;
      } catch (error) {
        const failure = this.#deps.failureOf(error);
        if (failure === 'poisoned') return await this.#bisect(items, run, error);
        if (failure === 'defect') return this.#fail(items, error);
        if (failure === 'ambiguous') for (const item of items) item.ambiguous = true;
        const last = failure === 'unavailable' || attempt >= this.#options.maxAttempts;
        if (last) return this.#giveUp(items, error);
        this.#deps.metrics.reruns.inc({ reason: failure });
        if (run.skipLocked && isOneConversation(items)) return this.#starve(items, run);
        await this.#deps.clock.sleep(backoff.next());
      }
    }
  }

  async #commit(items: readonly PendingAppend[], skipLocked: boolean): Promise<BatchCommit> {
    const { log, clock, metrics } = this.#deps;
    const { owner, dispatchDelayMs } = this.#options;
    metrics.batchSize.observe(items.length);
    const startedMs = clock.monotonic();
    try {
      return await log.commitBatch(
        items.map((item) => item.request),
        { judge: this.#judge, owner, dispatchDelayMs, skipLocked },
      );
    } finally {
      metrics.commitSeconds.observe((clock.monotonic() - startedMs) / 1000);
    }
  }

  /** Whose caller left while its batch waited for its locks is not written with it. */
  readonly #judge: Judge = (item, ...facts) =>
    item.signal?.aborted === true ? gaveUp() : this.#deps.judge(item, ...facts);

  /** Publishes the commit first: an answer means that the push is on its way too. */
  #settle(items: readonly PendingAppend[], commit: BatchCommit, run: Run): void {
    const batch = publishCommit(items, commit);
    if (batch) {
      try {
        this.#deps.onCommitted(batch);
      } catch (error) {
        // The entries are durable and their dispatch row stands: whoever claims it pushes them.
        this.#deps.logger.error({ reason: nameOf(error) }, 'handing a commit to delivery failed');
      }
    }
    items.forEach((item, index) => {
      this.#settleOne(item, commit.outcomes[index] ?? { status: 'skipped' }, run);
    });
  }

  #settleOne(item: PendingAppend, outcome: AppendOutcome, run: Run): void {
    const { metrics } = this.#deps;
    switch (outcome.status) {
      case 'skipped':
        item.misses += 1;
        metrics.skipped.inc();
        run.held.add(item.key);
        run.skipped.push(item);
        return;
      case 'no-head':
        run.held.add(item.key);
        run.headless.push(item);
        return;
      case 'refused':
        metrics.results.inc({ result: item.abandoned ? 'dropped' : 'refused' });
        item.reject(outcome.error);
        return;
      case 'unchanged':
        metrics.results.inc({ result: 'unchanged' });
        item.resolve({ ...outcome, seq: 0, ordinal: 0 });
        return;
      case 'committed':
      case 'duplicate':
        metrics.results.inc({ result: outcome.status });
        item.resolve(outcome);
    }
  }

  async #bisect(items: readonly PendingAppend[], run: Run, error: unknown): Promise<void> {
    if (items.length === 1) {
      this.#fail(items, error);
      return;
    }
    this.#deps.metrics.bisects.inc();
    const middle = Math.ceil(items.length / 2);
    await this.#part(items.slice(0, middle), run);
    await this.#part(items.slice(middle), run);
  }

  /**
   * A conversation that failed alone probably waited for a lock, which the log does not pass over when it has nothing
   * else to do: it goes on in the lane for that, so that the others need not wait with it.
   */
  #starve(items: readonly PendingAppend[], run: Run): void {
    for (const item of items) {
      item.misses = this.#options.maxMisses;
      run.held.add(item.key);
      run.skipped.push(item);
    }
  }

  #fail(items: readonly PendingAppend[], error: unknown): void {
    const { metrics, logger } = this.#deps;
    metrics.results.inc({ result: 'failed' }, items.length);
    // Neither the message nor the statement: they may quote an entry.
    logger.error({ entries: items.length, reason: nameOf(error) }, 'entries cannot be stored');
    for (const item of items) {
      item.reject(new DomainError('INTERNAL', 'the entry could not be stored'));
    }
  }

  #giveUp(items: readonly PendingAppend[], error: unknown): void {
    const { metrics, logger } = this.#deps;
    logger.warn({ entries: items.length, reason: nameOf(error) }, 'the log does not answer');
    metrics.results.inc({ result: 'failed' }, items.length);
    for (const item of items) item.reject(storeUnavailable(this.#options.retryAfterMs));
  }
}

export function storeUnavailable(retryAfterMs: number): DomainError {
  return new DomainError('UNAVAILABLE', 'the log does not answer', { retryAfterMs });
}

/** What may be logged of an error that can quote a message body. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function isOneConversation(items: readonly PendingAppend[]): boolean {
  return items.every((item) => item.key === items[0]?.key);
}

/** True: the item waits behind an earlier one of its conversation, and was put there. */
function hold(item: PendingAppend, run: Run): boolean {
  if (!run.held.has(item.key)) return false;
  // It goes where the one before it went, so that both come again in order.
  const behindHead = run.headless.some((other) => other.key === item.key);
  (behindHead ? run.headless : run.skipped).push(item);
  return true;
}
