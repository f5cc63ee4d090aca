import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataRoot } from './places.js';

const SOCKET_LABEL = 'queqiao';

/**
 * A new empty directory for a server that is thrown away. Its name carries the owner's host and
 * process id, so that a later run can remove what a killed process left behind.
 */
export function makeThrowAwayDir(label: string): string {
  const parent = join(dataRoot(), 'throw-away');
  mkdirSync(parent, { recursive: true });
  return makeOwnedDir(parent, label);
}

/** The same for a socket, whose path may not exceed some 100 bytes: it lies in the system's folder. */
export function makeSocketDir(): string {
  return makeOwnedDir(tmpdir(), SOCKET_LABEL);
}

/** Five seconds in all, and the time of the attempts. */
const REMOVE_ATTEMPTS = 50;
const REMOVE_PAUSE_MS = 100;

/**
 * Removes a directory tree; nothing happens when it is gone already. A server that was told to end a moment ago may still make files
 * in it, on a busy machine for a while. Throws when somebody goes on making them.
 */
export function removeDir(dir: string): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Its own retries do not look for files that came meanwhile.
      rmSync(dir, { recursive: true, force: true });
      return;
    } catch (error) {
      const filledAgain = (error as NodeJS.ErrnoException).code === 'ENOTEMPTY';
      if (!filledAgain || attempt === REMOVE_ATTEMPTS) throw error;
      pause(REMOVE_PAUSE_MS);
    }
  }
}

/** Also when the process ends, and nothing can be awaited any more. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function makeOwnedDir(parent: string, label: string): string {
  for (const name of readdirSync(parent)) {
    const [what, owner, pid] = name.split('.');
    const mine = what === label && owner === host();
    if (mine && !isAlive(Number(pid))) sweepAway(join(parent, name));
  }
  return mkdtempSync(join(parent, `${label}.${host()}.${process.pid}.`));
}

/** Another process may be sweeping too, or the directory may be another account's. */
function sweepAway(dir: string): void {
  try {
    removeDir(dir);
  } catch {
    // A later run tries again.
  }
}

/** Short for the sake of socket paths. Another container's processes look dead from here. */
function host(): string {
  return hostname()
    .replaceAll(/[^A-Za-z0-9-]/g, '-')
    .slice(-12);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
