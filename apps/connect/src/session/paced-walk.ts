import type { Clock } from '@queqiao/runtime';

const TICK_MS = 100;

/**
 * Visits items spread evenly over about `durationMs`, a slice per tick, so that what the visits cause elsewhere does not
 * come all at once. With `durationMs` 0 all are visited at once. Stops early, without an error, when `signal` is aborted.
 */
export async function pacedWalk<T>(
  items: readonly T[],
  visit: (item: T) => void,
  pace: { readonly clock: Clock; readonly durationMs: number; readonly signal?: AbortSignal },
): Promise<void> {
  const ticks = Math.max(1, Math.floor(pace.durationMs / TICK_MS));
  const slice = Math.max(1, Math.ceil(items.length / ticks));
  for (let at = 0; at < items.length; at += slice) {
    if (at > 0) await pace.clock.sleep(TICK_MS, pace.signal).catch(() => undefined);
    if (pace.signal?.aborted) return;
    for (const item of items.slice(at, at + slice)) visit(item);
  }
}
