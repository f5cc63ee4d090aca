import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { describe, expect, it } from 'vitest';
import { RateAccount } from './rate-account.js';
import {
  MAX_RATE_ACCOUNTS,
  MAX_RETRY_AFTER_MS,
  MIN_RETRY_AFTER_MS,
  RATE_REPORT_MS,
  RateLedger,
  type TokenDemand,
} from './rate-ledger.js';
import type { RateBuckets, TokenSpend } from './rate-types.js';

const LIMIT = { perSecond: 10, burst: 100 };
const demand = (key = 'ann', limit = LIMIT): TokenDemand => ({ scope: 'user', key, limit });

/** What Redis does, in memory. */
class SharedBuckets implements RateBuckets {
  readonly reports: TokenSpend[] = [];
  away = false;
  readonly #accounts = new Map<string, RateAccount>();

  constructor(readonly clock: FakeClock) {}

  spend(spends: readonly TokenSpend[]): Promise<number[]> {
    if (this.away) return Promise.reject(new Error('away'));
    this.reports.push(...spends);
    const now = this.clock.monotonic();
    const levels = spends.map(({ key, limit, spent }) => {
      const account = this.#accounts.get(key) ?? new RateAccount(key, limit, now);
      account.limit = limit;
      this.#accounts.set(key, account);
      const level = account.levelAt(now) - spent;
      account.spend(spent);
      return level;
    });
    return Promise.resolve(levels);
  }
}

function rig(nodes = 1) {
  const clock = new FakeClock();
  const buckets = new SharedBuckets(clock);
  const registry = new Registry();
  const ledgers = Array.from({ length: nodes }, () => {
    const ledger = new RateLedger({ buckets, clock, metrics: registry });
    ledger.start();
    return ledger;
  });
  const [ledger] = ledgers as [RateLedger];
  return { clock, buckets, ledgers, ledger, registry };
}

/** How many of `calls` are granted, by this node. */
function granted(ledger: RateLedger, calls: number, what = demand()): number {
  let count = 0;
  for (let call = 0; call < calls; call += 1) if (ledger.take([what]) === null) count += 1;
  return count;
}

async function granting(
  seconds: number,
  perTick: number,
  { clock, ledgers }: ReturnType<typeof rig>,
) {
  let count = 0;
  for (let ms = 0; ms < seconds * 1_000; ms += RATE_REPORT_MS) {
    for (const ledger of ledgers) count += granted(ledger, perTick);
    await clock.advanceAsync(RATE_REPORT_MS);
  }
  return count;
}

describe('one node', () => {
  it('grants the burst at once, then as much as comes in time', async () => {
    const { clock, ledger } = rig();
    expect(granted(ledger, 500)).toBe(100);
    await clock.advanceAsync(1_000);
    granted(ledger, 500);
    await clock.advanceAsync(3_000);
    expect(granted(ledger, 500)).toBe(30);
    await clock.advanceAsync(60_000);
    expect(granted(ledger, 500)).toBe(100);
  });

  it('takes from all buckets or from none', () => {
    const { ledger } = rig();
    const both = [demand('ann'), { ...demand('app', { perSecond: 1, burst: 3 }), scope: 'app' }];
    const answers = Array.from({ length: 5 }, () => ledger.take(both as TokenDemand[]));
    expect(answers.map((answer) => answer?.scope)).toEqual([
      undefined,
      undefined,
      undefined,
      'app',
      'app',
    ]);
    expect(granted(ledger, 500)).toBe(97);
  });

  it('says when to come back: later to each one that was refused, within bounds', async () => {
    const { clock, ledger } = rig();
    granted(ledger, 100);
    const hints = Array.from({ length: 4 }, () => ledger.take([demand()])?.retryAfterMs);
    expect(hints).toEqual([100, 200, 300, 400]);
    for (let n = 0; n < 1_000; n += 1) ledger.take([demand()]);
    expect(ledger.take([demand()])?.retryAfterMs).toBe(MAX_RETRY_AFTER_MS);
    const quick = demand('quick', { perSecond: 1_000, burst: 1 });
    granted(ledger, 1, quick);
    expect(ledger.take([quick])?.retryAfterMs).toBe(MIN_RETRY_AFTER_MS);
    await clock.advanceAsync(200_000);
    granted(ledger, 100);
    expect(ledger.take([demand()])?.retryAfterMs).toBe(100);
  });

  it('tells nothing of what is little, and forgets who has been quiet', async () => {
    const { clock, ledger, buckets, registry } = rig();
    granted(ledger, 20);
    await clock.advanceAsync(1_000);
    expect(buckets.reports).toEqual([]);
    await clock.advanceAsync(5_000);
    expect(buckets.reports.map(({ spent }) => spent)).toEqual([20]);
    expect(await registry.metrics()).toContain('queqiao_rate_accounts 0');
  });

  it('keeps no more accounts than it may', async () => {
    const { ledger, registry } = rig();
    for (let n = 0; n < MAX_RATE_ACCOUNTS + 10; n += 1) granted(ledger, 1, demand(`u${n}`));
    const text = await registry.metrics();
    expect(text).toContain(`queqiao_rate_accounts ${MAX_RATE_ACCOUNTS}`);
    expect(text).toContain('queqiao_rate_forgotten_total 10');
  });

  it('a limit that was changed holds for what comes', async () => {
    const { clock, ledger } = rig();
    granted(ledger, 500);
    const wider = demand('ann', { perSecond: 50, burst: 500 });
    await clock.advanceAsync(1_000);
    granted(ledger, 500, wider);
    await clock.advanceAsync(1_000);
    expect(granted(ledger, 500, wider)).toBe(50);
  });
});

describe('several nodes', () => {
  it('together grant what the limit says, and a burst for each node beyond', async () => {
    const scene = rig(4);
    // Ten times the limit at each node, for a minute.
    const count = await granting(60, 20, scene);
    expect(count).toBeLessThanOrEqual(10 * 60 + 100 + 4 * 100);
    expect(count).toBeGreaterThanOrEqual(10 * 60);
    // What was too much in the beginning is paid: the next minute has no more than it should.
    const later = await granting(60, 20, scene);
    expect(later).toBeLessThanOrEqual(10 * 60 + 4 * 10);
  });

  it('a pace below the limit at each node, and above it together, is held too', async () => {
    const scene = rig(4);
    await granting(60, 1, scene);
    const later = await granting(60, 1, scene);
    expect(later).toBeLessThanOrEqual(10 * 60 + 4 * 25);
  });

  it('each keeps the limit by itself while Redis is away, and what was lost is not reported later', async () => {
    const scene = rig(2);
    scene.buckets.away = true;
    const count = await granting(60, 20, scene);
    expect(count).toBeLessThanOrEqual(2 * (10 * 60 + 100));
    expect(count).toBeGreaterThan(2 * 10 * 60);
    scene.buckets.away = false;
    await granting(1, 20, scene);
    const reported = scene.buckets.reports.reduce((sum, { spent }) => sum + spent, 0);
    expect(reported).toBeLessThanOrEqual(2 * (10 + 25));
    expect(await scene.registry.metrics()).toContain('queqiao_rate_reports_total{outcome="lost"}');
  });
});
