import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { dataRoot } from './places.js';

/**
 * A new empty directory for a server that is thrown away. Its name carries the owner's host and
 * process id, so that a later run can remove what a killed process left behind.
 */
export function makeThrowAwayDir(label: string): string {
  const parent = join(dataRoot(), 'throw-away');
  mkdirSync(parent, { recursive: true });
  sweep(parent);
  return mkdtempSync(join(parent, `${label}.${host()}.${process.pid}.`));
}

/** Removes a directory tree; nothing happens when it is gone already. */
export function removeDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, owner, pid] = name.split('.');
    if (owner === host() && !isAlive(Number(pid))) removeDir(join(parent, name));
  }
}

function host(): string {
  return hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
