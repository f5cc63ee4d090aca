import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { TransientStoreError } from '../../src/index.js';
import { StoreRig } from './store-rig.js';

/** InnoDB shows its transactions as they were when it was last asked, unless that was more than 100 ms ago. */
const LOOK_AGAIN_MS = 150;

/** A transaction; the same work that runs again is another one. */
interface Waiting {
  /** Of its connection. */
  readonly thread: number;
  /** By the second. */
  readonly begun: string;
}

/**
 * A lock that a test holds, so that what the stores do stops in the middle; and eyes that see what is written but not
 * committed, and what is locked.
 */
export class HeldLock {
  #working = false;

  private constructor(
    private readonly rig: StoreRig,
    /** In a transaction of its own from `during` on. */
    readonly holder: Connection,
    private readonly eyes: Connection,
  ) {}

  static async open(rig: StoreRig): Promise<HeldLock> {
    const { rootUrl } = rig.created;
    const [holder, eyes] = await Promise.all([StoreRig.root(rootUrl), StoreRig.root(rootUrl)]);
    await holder.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await eyes.query('SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED');
    return new HeldLock(rig, holder, eyes);
  }

  close(): void {
    this.holder.destroy();
    this.eyes.destroy();
  }

  /**
   * Lets `work` run into what `sql` holds, then calls `then` and gives the lock up. Who waits too long is undone and runs again: what
   * `then` did not find of a run that is no more, it looks for in the next one.
   */
  async during<T>(
    [sql, ...values]: readonly [string, ...(string | number)[]],
    work: () => Promise<T>,
    then: (waiting: Waiting) => Promise<unknown>,
  ): Promise<T> {
    await this.holder.query('START TRANSACTION');
    const [found] = await this.holder.query<RowDataPacket[] | ResultSetHeader>(sql, values);
    if (Array.isArray(found) && found.length === 0) throw new Error('there is nothing to hold');
    this.#working = true;
    const done = work().finally(() => (this.#working = false));
    // Whoever fails meanwhile is awaited below.
    done.catch(() => undefined);
    try {
      await this.#untilSeen(await this.untilWaiting(), then);
    } finally {
      await this.holder.query('ROLLBACK');
    }
    return done;
  }

  async #untilSeen(
    waiting: Waiting,
    then: (waiting: Waiting) => Promise<unknown>,
  ): Promise<unknown> {
    try {
      return await then(waiting);
    } catch (error) {
      if (await this.waits(waiting)) throw error;
      return this.#untilSeen(await this.untilWaiting(waiting), then);
    }
  }

  /** Also what others have written and not committed. */
  async seen<T>(sql: string, ...values: (string | number)[]): Promise<T[]> {
    const [rows] = await this.eyes.query<RowDataPacket[]>(sql, values);
    return rows as T[];
  }

  /** Users of a conversation whose rows nobody holds. */
  async freeMembers(conversationId: string): Promise<string[]> {
    const rows = await this.seen<{ user_id: string }>(
      'SELECT user_id FROM members WHERE conversation_id = ? ORDER BY user_id FOR UPDATE SKIP LOCKED',
      conversationId,
    );
    return rows.map(({ user_id }) => user_id);
  }

  /** The conversation if nobody holds its head. */
  freeHeads(conversationId: string): Promise<unknown[]> {
    return this.seen(
      'SELECT conversation_id FROM conversations WHERE conversation_id = ? FOR UPDATE SKIP LOCKED',
      conversationId,
    );
  }

  /** Resolves when a transaction of this database waits for a lock, other than `before`. */
  async untilWaiting(before?: Waiting): Promise<Waiting> {
    for (;;) {
      await sleep(LOOK_AGAIN_MS);
      if (!this.#working) throw new Error('the work has ended and waits for nothing');
      const other = (await this.#waiting()).find((found) => !isSame(found, before));
      if (other !== undefined) return other;
    }
  }

  /** Whether the transaction still waits: it has neither got its lock nor been undone. */
  async waits(transaction: Waiting): Promise<boolean> {
    await sleep(LOOK_AGAIN_MS);
    return (await this.#waiting()).some((found) => isSame(found, transaction));
  }

  #waiting(): Promise<Waiting[]> {
    return this.seen<Waiting>(
      `SELECT p.id AS thread, CAST(t.trx_started AS CHAR) AS begun FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE t.trx_state = 'LOCK WAIT' AND p.db = ?`,
      this.rig.created.name,
    );
  }
}

function isSame(one: Waiting, other: Waiting | undefined): boolean {
  return one.thread === other?.thread && one.begun === other.begun;
}

/** As a writer does: again, when it waited too long for the lock that a slow test held. */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientStoreError)) throw error;
    }
  }
}
