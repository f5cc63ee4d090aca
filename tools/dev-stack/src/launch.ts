import { readFileSync } from 'node:fs';
import { findProgram } from './find-servers.js';

const LOG_TAIL_LINES = 25;

/**
 * Linux ends the server when the thread that started it is gone, even by SIGKILL. Elsewhere
 * nothing does, and only an orderly end of this process ends its servers.
 */
export function endingWithParent(
  throwAway: boolean,
  command: [string, ...string[]],
): [string, ...string[]] {
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  if (setpriv === undefined) return command;
  return [setpriv, '--pdeathsig', throwAway ? 'KILL' : 'TERM', '--', ...command];
}

/** The last lines of a log, empty when there is none. */
export function logTailOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  } catch {
    return '';
  }
}
