import { readFileSync, statfsSync } from 'node:fs';
import { isPlaceGiven } from './places.js';

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm';
/** The databases of a whole test run with their logs take a quarter of it. */
const WANTED_BYTES = 8 * 1024 ** 3;

/**
 * A folder whose files lie in memory, for data that need not outlive its server: nothing there waits for a disk. Undefined where
 * there is none, where it or the memory that nobody uses is too small, and where somebody has said where data is to lie.
 */
export function memoryPlace(): string | undefined {
  if (isPlaceGiven()) return undefined;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const roomBytes = Math.min(bavail * bsize, unusedMemoryBytes());
    return roomBytes < WANTED_BYTES ? undefined : MEMORY;
  } catch {
    return undefined;
  }
}

/** What can be had without taking it from anybody. */
function unusedMemoryBytes(): number {
  const [, kib = '0'] =
    /^MemAvailable: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  return Number(kib) * 1024;
}
