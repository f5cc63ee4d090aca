import { counterIn, type Clock, type Logger, type Registry, type Timer } from '@queqiao/runtime';

/** Every logic node prunes; whoever comes second finds nothing. */
const PRUNE_MS = 10 * 60 * 1_000;
/** Rows of one pass of one kind; what is over waits for the next one. */
export const PRUNE_MAX_ROWS = 10_000;

/** Removes at most so many rows that nobody asks for any more; resolves with how many. */
export interface Prunable {
  prune(limit: number): Promise<number>;
}

export interface PruningDeps {
  /** By the name that the metric has for them. */
  readonly kinds: Readonly<Record<string, Prunable>>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Keeps tables from growing for ever. A pass that fails is made up for by the next. */
export class Pruning {
  #timer: Timer | undefined;

  constructor(private readonly deps: PruningDeps) {}

  start(): void {
    this.#timer ??= this.deps.clock.every(PRUNE_MS, () => void this.run(), { unref: true });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async run(): Promise<void> {
    const { kinds, logger, registry } = this.deps;
    const pruned = counterIn(registry, {
      name: 'queqiao_pruned_rows_total',
      help: 'Rows that were removed because nobody asks for them any more',
      labelNames: ['kind'],
    });
    for (const [kind, rows] of Object.entries(kinds)) {
      try {
        pruned.inc({ kind }, await rows.prune(PRUNE_MAX_ROWS));
      } catch (error) {
        logger.warn({ err: error, kind }, 'pruning failed');
      }
    }
  }
}
