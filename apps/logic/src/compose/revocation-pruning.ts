import { counterIn, type Clock, type Logger, type Registry, type Timer } from '@queqiao/runtime';
import type { RevocationStore } from '@queqiao/store-mysql';

/** Every logic node prunes; whoever comes second finds nothing. */
const PRUNE_MS = 10 * 60 * 1_000;
/** Rows of one pass; what is over waits for the next one. */
export const PRUNE_MAX_ROWS = 10_000;

/** Removes revocations that no connect node asks for any more. A pass that fails is made up for by the next. */
export class RevocationPruning {
  #timer: Timer | undefined;

  constructor(
    private readonly deps: {
      readonly revocations: Pick<RevocationStore, 'prune'>;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly registry: Registry;
    },
  ) {}

  start(): void {
    this.#timer ??= this.deps.clock.every(PRUNE_MS, () => void this.run(), { unref: true });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async run(): Promise<void> {
    const { revocations, logger, registry } = this.deps;
    const pruned = counterIn(registry, {
      name: 'queqiao_revocations_pruned_total',
      help: 'Revocations that were removed because no connect node asks for them any more',
    });
    try {
      pruned.inc(await revocations.prune(PRUNE_MAX_ROWS));
    } catch (error) {
      logger.warn({ err: error }, 'pruning revocations failed');
    }
  }
}
