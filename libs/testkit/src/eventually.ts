import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Waits until `check` answers something truthy and returns it. The limit only keeps a broken test from hanging; it is no
 * measurement. Throws with `what` and the last error or value.
 */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  limitMs = 60_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`did not happen: ${what} (last: ${String(last)})`);
    await sleep(POLL_MS);
  }
}
