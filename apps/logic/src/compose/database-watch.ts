import type { Clock, Logger, Timer } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';

const PING_MS = 2_000;

export interface DatabaseWatchOptions {
  /** Refuse to start on a server whose settings lose acknowledged messages. */
  readonly demandDurability: boolean;
}

/** Whether the database answers, for readiness; and once at start whether it keeps what it acknowledges. */
export class DatabaseWatch {
  #timer: Timer | undefined;
  #answers = false;
  #asking = false;

  constructor(
    private readonly deps: {
      readonly database: Pick<Database, 'ping' | 'checkDurability'>;
      readonly clock: Clock;
      readonly logger: Logger;
    },
    private readonly options: DatabaseWatchOptions,
  ) {}

  /** The last ping was answered. */
  get answers(): boolean {
    return this.#answers;
  }

  /** Rejects when the database does not answer, or is not durable and has to be. */
  async start(): Promise<void> {
    const { database, clock, logger } = this.deps;
    await database.ping();
    this.#answers = true;
    const findings = await database.checkDurability();
    for (const finding of findings) logger.warn(finding, 'the database may lose acknowledged data');
    if (findings.length > 0 && this.options.demandDurability) {
      const settings = findings.map(({ setting, wanted }) => `${setting} must be ${wanted}`);
      throw new Error(`the database is not durable: ${settings.join('; ')}`);
    }
    this.#timer = clock.every(PING_MS, () => void this.#ask(), { unref: true });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.deps.database.ping();
      this.#answers = true;
    } catch (error) {
      if (this.#answers) this.deps.logger.warn({ err: error }, 'the database does not answer');
      this.#answers = false;
    } finally {
      this.#asking = false;
    }
  }
}
