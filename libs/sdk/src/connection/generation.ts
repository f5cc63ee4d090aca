import type { Clock } from '../clock.js';

/**
 * The device's own count of connections. Of two sessions of one device the higher generation wins, so every `next()` must be
 * above all earlier ones of this device, also those before a restart.
 */
export interface GenerationStore {
  next(): number | Promise<number>;
}

/** Counts by the clock: needs no storage, but a wall clock that is not set back by hand. */
export function clockGeneration(clock: Clock): GenerationStore {
  let last = 0;
  return {
    next() {
      last = Math.max(last + 1, clock.now());
      return last;
    },
  };
}

/** A place for one small text, such as `localStorage`. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Keeps the count in `storage` under `key`; one key per device id. */
export function storedGeneration(storage: TextStorage, key: string): GenerationStore {
  return {
    next() {
      const stored = Number(storage.getItem(key) ?? '0');
      const next = (Number.isSafeInteger(stored) && stored > 0 ? stored : 0) + 1;
      storage.setItem(key, String(next));
      return next;
    },
  };
}
