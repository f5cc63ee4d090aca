import { randomBytes } from 'node:crypto';

/** Names one run of a process: 16 hex digits, made at start and never reused, so that an old run is told from the new one. */
export function randomBootId(): string {
  return randomBytes(8).toString('hex');
}
