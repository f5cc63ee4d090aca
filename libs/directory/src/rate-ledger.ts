import { counterIn, gaugeIn, type Clock, type Registry, type Timer } from '@queqiao/runtime';
import { MAX_SPENDS } from './rate-buckets.js';
import { RateAccount } from './rate-account.js';
import type { RateBuckets, RateLimit } from './rate-types.js';

/** Accounts that a node keeps; above it the oldest one is forgotten, and counts as full when it is asked for again. */
export const MAX_RATE_ACCOUNTS = 100_000;
/** Between two reports: as late as this does a node learn what others have spent. */
export const RATE_REPORT_MS = 200;
/** A part of the burst that a node spends of a bucket before it tells the others. */
export const RATE_UNREPORTED_PART = 0.25;
/** Hints when to come back are within these. */
export const MIN_RETRY_AFTER_MS = 20;
export const MAX_RETRY_AFTER_MS = 5_000;
/** Accounts looked at in each report for whether they can be forgotten. */
const SWEEP_ACCOUNTS = 2_000;

/** What a bucket limits: a closed set, for metrics. */
export type RateScope = 'user' | 'app' | 'credential' | 'address';

export interface TokenDemand {
  readonly scope: RateScope;
  /** Names the bucket; the same on every node. */
  readonly key: string;
  readonly limit: RateLimit;
}

export interface RateRefusal {
  readonly scope: RateScope;
  /** Above 0. */
  readonly retryAfterMs: number;
}

export interface RateLedgerDeps {
  readonly buckets: RateBuckets;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/**
 * Rate limits that all nodes share, decided at once by what this node knows: nothing waits for Redis. A node spends from its own
 * account of a bucket and reports what it spent afterwards; the answer says what is left after what all nodes have spent. So in
 * `t` seconds N nodes grant at most `burst + perSecond · t + N · burst` of a bucket, and what was too much is a debt that the next
 * seconds pay. While Redis is away each node keeps the limit by itself: N nodes then grant N times as much.
 */
export class RateLedger {
  readonly #deps: RateLedgerDeps;
  readonly #accounts = new Map<string, RateAccount>();
  readonly #due = new Set<RateAccount>();
  readonly #metrics;
  #sweep: Iterator<RateAccount> | undefined;
  #timer: Timer | undefined;
  #reporting = false;

  constructor(deps: RateLedgerDeps) {
    this.#deps = deps;
    this.#metrics = rateMetrics(deps.metrics);
  }

  start(): void {
    const tick = (): void => {
      void this.report();
      this.#forget();
    };
    this.#timer ??= this.#deps.clock.every(RATE_REPORT_MS, tick, { unref: true });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Takes a token from each of these buckets, or from none and says when to come back. */
  take(demands: readonly TokenDemand[]): RateRefusal | null {
    const now = this.#deps.clock.monotonic();
    for (const demand of demands) {
      const account = this.#account(demand, now);
      if (account.levelAt(now) < 1) return this.#refuse(demand.scope, account, now);
    }
    for (const demand of demands) this.#spend(this.#account(demand, now), 1);
    return null;
  }

  /** Charges a bucket what is known only afterwards; its level may fall below zero. */
  charge(demand: TokenDemand, tokens: number): void {
    this.#spend(this.#account(demand, this.#deps.clock.monotonic()), tokens);
  }

  /** Tells the other nodes what was spent here, and learns what they have spent. Never rejects. */
  async report(): Promise<void> {
    if (this.#reporting || this.#due.size === 0) return;
    this.#reporting = true;
    const accounts = [...this.#due].slice(0, MAX_SPENDS);
    const spends = accounts.map(({ key, limit, unreported }) => ({
      key,
      limit,
      spent: unreported,
    }));
    for (const account of accounts) {
      account.unreported = 0;
      account.reporting = true;
      this.#due.delete(account);
    }
    try {
      const levels = await this.#deps.buckets.spend(spends);
      const now = this.#deps.clock.monotonic();
      accounts.forEach((account, index) => account.correct(levels[index] ?? 0, now));
      this.#metrics.reports.inc({ outcome: 'answered' });
    } catch {
      // Perhaps it was charged: to report it again could charge it twice.
      this.#metrics.reports.inc({ outcome: 'lost' });
    } finally {
      for (const account of accounts) account.reporting = false;
      this.#reporting = false;
    }
  }

  #account({ key, limit }: TokenDemand, now: number): RateAccount {
    const known = this.#accounts.get(key);
    if (known !== undefined) {
      // A setting was changed: what was spent until now stays spent.
      known.limit = limit;
      return known;
    }
    const account = new RateAccount(key, limit, now);
    this.#accounts.set(key, account);
    if (this.#accounts.size > MAX_RATE_ACCOUNTS) {
      const [oldest] = this.#accounts.values();
      if (oldest !== undefined) this.#drop(oldest);
      this.#metrics.forgotten.inc();
    }
    this.#metrics.accounts.set(this.#accounts.size);
    return account;
  }

  #spend(account: RateAccount, tokens: number): void {
    account.spend(tokens);
    if (account.unreported >= account.limit.burst * RATE_UNREPORTED_PART) this.#due.add(account);
  }

  #refuse(scope: RateScope, account: RateAccount, now: number): RateRefusal {
    this.#metrics.refused.inc({ scope });
    if (account.unreported > 0) this.#due.add(account);
    const waitMs = Math.ceil(account.promise(now));
    const retryAfterMs = Math.min(MAX_RETRY_AFTER_MS, Math.max(MIN_RETRY_AFTER_MS, waitMs));
    return { scope, retryAfterMs };
  }

  /** An account that is full again says no more than none does; before it goes, the others learn what it spent. */
  #forget(): void {
    const now = this.#deps.clock.monotonic();
    const accounts = (this.#sweep ??= this.#accounts.values());
    for (let seen = 0; seen < SWEEP_ACCOUNTS; seen += 1) {
      const next = accounts.next();
      if (next.done === true) {
        this.#sweep = undefined;
        break;
      }
      const account = next.value;
      if (account.reporting || account.levelAt(now) < account.limit.burst) continue;
      if (account.unreported > 0) this.#due.add(account);
      else this.#drop(account);
    }
    this.#metrics.accounts.set(this.#accounts.size);
  }

  #drop(account: RateAccount): void {
    this.#accounts.delete(account.key);
    this.#due.delete(account);
  }
}

function rateMetrics(registry: Registry) {
  return {
    accounts: gaugeIn(registry, {
      name: 'queqiao_rate_accounts',
      help: 'Buckets of tokens that this node keeps an account of',
    }),
    refused: counterIn(registry, {
      name: 'queqiao_rate_refused_total',
      help: 'What was refused for its rate, by whose limit',
      labelNames: ['scope'] as const,
    }),
    reports: counterIn(registry, {
      name: 'queqiao_rate_reports_total',
      help: 'Reports of spent tokens: answered, or lost because Redis was away',
      labelNames: ['outcome'] as const,
    }),
    forgotten: counterIn(registry, {
      name: 'queqiao_rate_forgotten_total',
      help: 'Accounts that were forgotten because there were too many',
    }),
  };
}
