import type { Clock, Logger } from '@queqiao/runtime';
import type { DirectoryMetrics } from './directory-metrics.js';
import { DirectoryUnavailable } from './directory-unavailable.js';
import type { UnavailableKind } from './directory-unavailable.js';
import { createRedisClient } from './redis-client.js';
import type { RedisClient } from './redis-client.js';
import type { RedisTarget } from './redis-url.js';
import type { LuaScript } from './scripts/lua-script.js';

export interface RedisConnectionDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: DirectoryMetrics;
}

export interface RedisConnectionOptions {
  readonly target: RedisTarget;
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Operations in flight above which new ones are refused at once. */
  readonly maxPending: number;
}

/** The one gate to Redis: every operation is bounded in time and number, measured, and fails as DirectoryUnavailable. */
export class RedisConnection {
  readonly #deps: RedisConnectionDeps;
  readonly #options: RedisConnectionOptions;
  readonly #reconnected = new Set<() => void>();
  #client: RedisClient | undefined;
  #wasReady = false;
  #up = false;
  #pending = 0;

  constructor(deps: RedisConnectionDeps, options: RedisConnectionOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  get isCluster(): boolean {
    return this.#options.target.cluster;
  }

  get connected(): boolean {
    return this.#client?.status === 'ready';
  }

  /** Resolves when connected or after the connect timeout; goes on connecting in the background. */
  async start(): Promise<void> {
    if (this.#client) return;
    const { target, commandTimeoutMs, connectTimeoutMs } = this.#options;
    const client = createRedisClient(target, { commandTimeoutMs, connectTimeoutMs });
    this.#client = client;
    this.#watch(client);
    const connecting = client.connect().catch(() => undefined);
    const patience = new AbortController();
    const waited = this.#deps.clock.sleep(connectTimeoutMs, patience.signal).catch(() => undefined);
    await Promise.race([connecting, waited]);
    patience.abort();
  }

  stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#wasReady = false;
    this.#up = false;
    this.#deps.metrics.connected.set(0);
    client?.disconnect();
    return Promise.resolve();
  }

  onReconnected(listener: () => void): () => void {
    this.#reconnected.add(listener);
    return () => this.#reconnected.delete(listener);
  }

  /** Runs one operation, which may consist of several commands. Rejects with DirectoryUnavailable only. */
  async run<T>(operation: string, work: (client: RedisClient) => Promise<T>): Promise<T> {
    const { clock, metrics } = this.#deps;
    const client = this.#client;
    if (client?.status !== 'ready') throw this.#failed(operation, 'connection');
    if (this.#pending >= this.#options.maxPending) throw this.#failed(operation, 'overload');
    const startedMs = clock.monotonic();
    this.#setPending(1);
    try {
      return await this.#within(operation, work(client));
    } catch (error) {
      throw error instanceof DirectoryUnavailable
        ? error
        : this.#failed(operation, kindOf(error), error);
    } finally {
      this.#setPending(-1);
      metrics.duration.observe({ operation }, (clock.monotonic() - startedMs) / 1_000);
    }
  }

  /** The client bounds each command; this bounds the whole, since a cluster client may follow one redirection after another. */
  #within<T>(operation: string, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#deps.clock.setTimer(this.#options.commandTimeoutMs, () =>
        reject(this.#failed(operation, 'timeout')),
      );
      work.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  #watch(client: RedisClient): void {
    const { logger, metrics } = this.#deps;
    // The message only: the error carries the command with its arguments, which for AUTH is the password.
    client.on('error', ({ message }: Error) =>
      logger.debug({ reason: message }, 'redis connection error'),
    );
    client.on('ready', () => {
      this.#up = true;
      metrics.connected.set(1);
      logger.info('directory connected');
      if (this.#wasReady) this.#announce(client);
      this.#wasReady = true;
    });
    client.on('close', () => {
      // Every failed attempt to reconnect ends here too.
      if (client !== this.#client || !this.#up) return;
      this.#up = false;
      metrics.connected.set(0);
      logger.warn('directory connection lost');
    });
    if (!this.isCluster) return;
    client.on('node error', ({ message }: Error) =>
      logger.debug({ reason: message }, 'redis cluster node error'),
    );
    // Losing or gaining a master replaces the connection for a part of the buckets.
    for (const change of ['-node', '+node']) {
      client.on(change, () => this.#wasReady && this.#announce(client));
    }
  }

  #announce(client: RedisClient): void {
    if (client !== this.#client) return;
    for (const listener of this.#reconnected) listener();
  }

  #failed(operation: string, kind: UnavailableKind, cause?: unknown): DirectoryUnavailable {
    this.#deps.metrics.errors.inc({ operation, kind });
    return new DirectoryUnavailable(operation, kind, cause);
  }

  #setPending(change: 1 | -1): void {
    this.#pending += change;
    this.#deps.metrics.pending.inc(change);
  }
}

/** Runs a script by its hash, and by its text when Redis does not know it (yet, or since its restart). */
export async function evaluate(
  client: RedisClient,
  script: LuaScript,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.eval(script.lua, keys.length, ...keys, ...args);
  }
}

function kindOf(error: unknown): UnavailableKind {
  if (!(error instanceof Error)) return 'reply';
  if (error.message === 'Command timed out') return 'timeout';
  return error.name === 'ReplyError' ? 'reply' : 'connection';
}
