import { conversationRef } from '@queqiao/domain';
import { Backoff, counterIn, type Clock, type Registry } from '@queqiao/runtime';
import { importJudge } from './import-rules.js';
import { ImportTurns } from './import-turns.js';
import { DEFAULT_APPEND_LIMITS } from './limits.js';
import { gaveUp } from './pending-append.js';
import { conversationNotFound } from './permission.js';
import type {
  AppendItem,
  AppendLog,
  AppendOutcome,
  BatchCommit,
  CommitFailure,
  CommittedEntry,
  CommittedHead,
  HeadMaker,
} from './ports.js';

/** What devices have to be told of. */
export interface ImportedBatch {
  readonly dispatchId: string | null;
  /** The last entry of the batch. */
  readonly entries: readonly CommittedEntry[];
  readonly heads: readonly CommittedHead[];
}

export interface ImportWriterDeps {
  readonly log: AppendLog;
  readonly heads: HeadMaker;
  readonly failureOf: (error: unknown) => CommitFailure;
  /** Told of every commit before it is answered; must not throw. */
  readonly onImported: (batch: ImportedBatch) => void;
  readonly clock: Clock;
  readonly metrics: Registry;
}

export type ImportedOutcome = Exclude<
  AppendOutcome,
  { readonly status: 'unchanged' | 'skipped' | 'no-head' }
>;

export interface ImportOptions {
  readonly events: boolean;
  readonly signal: { readonly aborted: boolean };
}

/**
 * Puts batches of old messages at the end of a log. A batch is one transaction of its own, so that nothing comes between its
 * messages and none of them overtakes another; apps take turns with them on a node, and the connection that they use is not one of those
 * that live messages wait for.
 */
export class ImportWriter {
  readonly #deps: ImportWriterDeps;
  readonly #owner: string;
  readonly #turns: ImportTurns;
  readonly #results;

  constructor(deps: ImportWriterDeps, { owner }: { readonly owner: string }) {
    this.#deps = deps;
    this.#owner = owner;
    const { metrics } = deps;
    this.#turns = new ImportTurns(metrics);
    this.#results = counterIn(metrics, {
      name: 'queqiao_import_messages_total',
      help: 'Messages of import batches: committed, duplicate, refused',
      labelNames: ['result'] as const,
    });
  }

  /**
   * Stores messages of one conversation, one at least; those that were stored before stay as they are. Answers, aligned with the items, what
   * became of each: from the first one that is refused on all are that were not stored before. Rejects with a DomainError or an
   * error of the store, which leave the effect unknown: repeat the batch.
   */
  async append(
    items: readonly AppendItem[],
    options: ImportOptions,
  ): Promise<readonly ImportedOutcome[]> {
    const appId = items[0]?.appId;
    if (appId === undefined) return [];
    await this.#turns.enter(appId);
    try {
      const commit = await this.#commit(items, options);
      this.#publish(items, commit);
      for (const { status } of commit.outcomes) this.#results.inc({ result: status });
      return commit.outcomes.map(settled);
    } finally {
      this.#turns.leave();
    }
  }

  async #commit(items: readonly AppendItem[], options: ImportOptions): Promise<BatchCommit> {
    demandWanted(options);
    const commit = await this.#attempt(items, options);
    if (commit.outcomes[0]?.status !== 'no-head') return commit;
    demandWanted(options);
    await this.#makeHead(items[0]);
    const again = await this.#attempt(items, options);
    if (again.outcomes[0]?.status === 'no-head') throw conversationNotFound();
    return again;
  }

  /** What a commit in doubt has stored is pushed by whoever claims its row. */
  async #attempt(
    items: readonly AppendItem[],
    { events, signal }: ImportOptions,
  ): Promise<BatchCommit> {
    const { log, failureOf, clock } = this.#deps;
    const { dispatchDelayMs, maxAttempts, retryBaseMs, retryMaxMs } = DEFAULT_APPEND_LIMITS;
    const backoff = new Backoff({ baseMs: retryBaseMs, maxMs: retryMaxMs });
    const owner = this.#owner;
    for (let attempt = 1; ; attempt += 1) {
      const judge = importJudge(signal);
      const options = { judge, owner, dispatchDelayMs, skipLocked: false, quiet: { events } };
      try {
        return await log.commitBatch(items, options);
      } catch (error) {
        const failure = failureOf(error);
        const again = failure === 'transient' || failure === 'ambiguous';
        if (!again || attempt >= maxAttempts) throw error;
      }
      await clock.sleep(backoff.next());
    }
  }

  async #makeHead(item: AppendItem | undefined): Promise<void> {
    if (item === undefined || conversationRef(item.conversationId).kind === 'group') {
      throw conversationNotFound();
    }
    if (item.refusal) throw item.refusal;
    const [reason] = await this.#deps.heads.ensure([item]);
    if (reason) throw reason;
  }

  #publish(items: readonly AppendItem[], commit: BatchCommit): void {
    const at = commit.outcomes.map(({ status }) => status).lastIndexOf('committed');
    const [item, outcome] = [items[at], commit.outcomes[at]];
    if (item === undefined || outcome?.status !== 'committed') return;
    const { appId, conversationId, sender, clientMsgId, content } = item;
    const { seq, ordinal, createdMs } = outcome;
    const place = { appId, conversationId, seq, ordinal, createdMs, revision: 0 };
    const entry = {
      ...place,
      sender,
      clientMsgId,
      content,
      state: 'present',
      quiet: true,
    } as const;
    const { dispatchId, committed: heads } = commit;
    this.#deps.onImported({ dispatchId, entries: [entry], heads });
  }
}

function demandWanted({ signal }: ImportOptions): void {
  if (signal.aborted) throw gaveUp();
}

/** Messages change nothing else, and their head was waited for. */
function settled(outcome: AppendOutcome): ImportedOutcome {
  const { status } = outcome;
  if (status === 'committed' || status === 'duplicate' || status === 'refused') return outcome;
  throw new Error(`an imported message is ${status}`);
}
