import {
  counterIn,
  gaugeIn,
  type Clock,
  type Logger,
  type Registry,
  type Timer,
} from '@queqiao/runtime';
import { StoreUnavailable, type StoreError } from '../errors.js';
import type { StoreConnection } from './store-connection.js';

export interface PoolOptions {
  readonly name: 'general' | 'append';
  /** Connections at most. */
  readonly size: number;
  /** Callers that may wait for a connection; more are refused at once. */
  readonly maxWaiting: number;
  readonly acquireTimeoutMs: number;
  readonly open: () => Promise<StoreConnection>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
}

interface Waiter {
  readonly give: (connection: StoreConnection) => void;
  readonly fail: (error: Error) => void;
}

/** Well below the time after which the server drops an idle connection. */
const PING_INTERVAL_MS = 3_000;

/**
 * Connections to share. Bounded in size, in waiters and in waiting time; a broken connection is destroyed when it comes
 * back, and idle ones are kept alive. Whoever acquires must release exactly once, also after an error.
 */
export class ConnectionPool {
  readonly #idle: StoreConnection[] = [];
  readonly #lent = new Set<StoreConnection>();
  readonly #waiting: Waiter[] = [];
  readonly #pinger: Timer;
  readonly #gauge;
  readonly #refusals;
  #opening = 0;
  /** The last attempt to open a connection failed; said once, not for every attempt. */
  #failing = false;
  #closed = false;

  constructor(private readonly options: PoolOptions) {
    const { clock, metrics } = options;
    this.#gauge = gaugeIn(metrics, {
      name: 'queqiao_mysql_pool',
      help: 'Connections of a pool that are idle or lent, and callers that wait for one',
      labelNames: ['pool', 'state'],
    });
    this.#refusals = counterIn(metrics, {
      name: 'queqiao_mysql_pool_refusals_total',
      help: 'Callers that got no connection: the queue was full, it took too long, or opening failed',
      labelNames: ['pool', 'reason'],
    });
    this.#pinger = clock.every(PING_INTERVAL_MS, () => this.#pingIdle(), { unref: true });
  }

  /** Throws StoreUnavailable: closed, queue full, too late, or no connection can be opened. */
  acquire(): Promise<StoreConnection> {
    if (this.#closed) return Promise.reject(this.#refuse('closed', 'the store is closed'));
    const idle = this.#takeIdle();
    if (idle !== undefined) return Promise.resolve(idle);
    if (this.#size() >= this.options.size && this.#waiting.length >= this.options.maxWaiting) {
      return Promise.reject(this.#refuse('queue_full', 'too many callers wait for a connection'));
    }
    const waited = this.#wait();
    this.#openForWaiter();
    this.#measure();
    return waited;
  }

  release(connection: StoreConnection): void {
    if (!this.#lent.delete(connection)) return;
    if (connection.broken || this.#closed) {
      connection.destroy();
      this.#openForWaiter();
    } else {
      this.#give(connection);
    }
    this.#measure();
  }

  /** Refuses new callers and those that wait, gives lent connections up to `graceMs` to come back, then destroys all. */
  async close(graceMs: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pinger.cancel();
    for (const waiter of this.#waiting.splice(0)) {
      waiter.fail(this.#refuse('closed', 'the store is closed'));
    }
    for (const connection of this.#idle.splice(0)) connection.destroy();
    const until = this.options.clock.monotonic() + graceMs;
    while (this.#lent.size > 0 && this.options.clock.monotonic() < until) {
      await this.options.clock.sleep(10);
    }
    for (const connection of this.#lent) connection.destroy();
  }

  #size(): number {
    return this.#idle.length + this.#lent.size + this.#opening;
  }

  #takeIdle(): StoreConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined) return undefined;
      if (connection.broken) {
        connection.destroy();
        continue;
      }
      this.#lent.add(connection);
      this.#measure();
      return connection;
    }
  }

  #wait(): Promise<StoreConnection> {
    return new Promise((resolve, reject) => {
      const timer = this.options.clock.setTimer(this.options.acquireTimeoutMs, () => {
        const index = this.#waiting.indexOf(waiter);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(this.#refuse('late', 'no connection came free in time'));
      });
      const waiter: Waiter = {
        give: (connection) => {
          timer.cancel();
          resolve(connection);
        },
        fail: (error) => {
          timer.cancel();
          reject(error);
        },
      };
      this.#waiting.push(waiter);
    });
  }

  #openForWaiter(): void {
    if (this.#closed || this.#waiting.length <= this.#opening) return;
    if (this.#size() >= this.options.size) return;
    this.#opening += 1;
    this.options.open().then(
      (connection) => {
        this.#opening -= 1;
        this.#failing = false;
        if (this.#closed) connection.destroy();
        else this.#give(connection);
        this.#measure();
      },
      (error: StoreError) => {
        this.#opening -= 1;
        this.#reportFailure(error);
        this.#waiting.shift()?.fail(error);
        this.#openForWaiter();
      },
    );
  }

  #give(connection: StoreConnection): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) {
      this.#idle.push(connection);
      return;
    }
    this.#lent.add(connection);
    waiter.give(connection);
  }

  #pingIdle(): void {
    for (const connection of this.#idle.splice(0)) {
      this.#lent.add(connection);
      void connection.ping().then(() => this.release(connection));
    }
  }

  #reportFailure({ message, errno }: StoreError): void {
    const pool = this.options.name;
    this.#refusals.inc({ pool, reason: 'not_opened' });
    if (this.#failing) return;
    this.#failing = true;
    this.options.logger.warn({ pool, errno, reason: message }, 'no connection to the database');
  }

  #refuse(reason: string, message: string): StoreUnavailable {
    this.#refusals.inc({ pool: this.options.name, reason });
    return new StoreUnavailable(`${this.options.name} pool: ${message}`);
  }

  #measure(): void {
    const pool = this.options.name;
    this.#gauge.set({ pool, state: 'idle' }, this.#idle.length);
    this.#gauge.set({ pool, state: 'lent' }, this.#lent.size);
    this.#gauge.set({ pool, state: 'waiting' }, this.#waiting.length);
  }
}
