import {
  AmbiguousCommit,
  PoisonedBatch,
  StoreDefect,
  StoreUnavailable,
  TransientStoreError,
  type StoreError,
} from '../errors.js';

/**
 * What an error of the driver means. `lost`: the connection is gone, and so is the answer. `late`: no answer in time.
 * `readOnly`: the server lost its role. `refused`: the statement was rolled back for a conflict or a lack of resources.
 * `full`: no connection to be had. `commit`: COMMIT itself failed. `statement`: anything else, that is what was asked.
 */
export type Trouble =
  'lost' | 'late' | 'readOnly' | 'refused' | 'full' | 'commit' | 'packet' | 'statement';

/** Numbers, not names: MySQL and MariaDB name some of them differently. */
const BY_ERRNO: ReadonlyMap<number, Trouble> = new Map<number, Trouble>([
  [1053, 'lost'], // shutdown in progress
  [1152, 'lost'], // aborted connection
  [1184, 'lost'], // aborted connection
  [1927, 'lost'], // MariaDB: connection was killed
  [4031, 'lost'], // MySQL: disconnected for inactivity
  [1317, 'late'], // interrupted
  [1969, 'late'], // MariaDB: max_statement_time
  [3024, 'late'], // MySQL: max_execution_time
  [1290, 'readOnly'],
  [1792, 'readOnly'],
  [1836, 'readOnly'],
  [1205, 'refused'], // lock wait time-out: the transaction is still open
  [1213, 'refused'], // deadlock
  [1020, 'refused'], // record changed since the snapshot
  [1021, 'refused'], // disk full
  [1037, 'refused'], // out of memory
  [1041, 'refused'], // out of resources
  [1114, 'refused'], // table full
  [1412, 'refused'], // table rebuilt since the snapshot
  [1206, 'refused'], // lock table full
  [1040, 'full'],
  [1203, 'full'],
  [1226, 'full'],
  [1044, 'full'], // no right to the database, wrong password, no such database: nothing was sent
  [1045, 'full'],
  [1049, 'full'],
  [1180, 'commit'],
  [1153, 'packet'],
]);

interface DriverError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly fatal?: unknown;
}

export function troubleOf(error: unknown): Trouble {
  const { errno, code, fatal } = error as DriverError;
  if (code === 'PROTOCOL_SEQUENCE_TIMEOUT') return 'late';
  const known = typeof errno === 'number' ? BY_ERRNO.get(errno) : undefined;
  if (known !== undefined) return known;
  const fromServer = typeof errno === 'number' && errno >= 1000;
  return fatal === true || !fromServer ? 'lost' : 'statement';
}

/** True when the connection must not be used again, whatever its state looks like. */
export function breaksConnection(trouble: Trouble): boolean {
  return trouble !== 'refused' && trouble !== 'statement';
}

export function errnoOf(error: unknown): number {
  const { errno } = error as DriverError;
  return typeof errno === 'number' && errno >= 1000 ? errno : 0;
}

/** Where a statement stood: `commit` is one that was sent together with COMMIT, or COMMIT itself. */
export type Phase = 'connect' | 'work' | 'commit';

/** The error that callers see. It holds nothing of the driver's: that one carries the statement with its values. */
export function storeError(error: unknown, operation: string, phase: Phase): StoreError {
  const trouble = troubleOf(error);
  const errno = errnoOf(error);
  const text = `${operation}: ${describe(trouble)}${errno > 0 ? ` (${errno})` : ''}`;
  if (phase === 'connect' || trouble === 'full') return new StoreUnavailable(text, errno);
  if (phase === 'commit' && (trouble === 'lost' || trouble === 'late' || trouble === 'commit')) {
    return new AmbiguousCommit(text, errno);
  }
  if (trouble === 'packet') return new PoisonedBatch(text, errno);
  if (trouble === 'statement') return new StoreDefect(text, errno);
  return new TransientStoreError(text, errno);
}

function describe(trouble: Trouble): string {
  switch (trouble) {
    case 'lost':
      return 'the connection was lost';
    case 'late':
      return 'no answer in time';
    case 'readOnly':
      return 'the server is read-only';
    case 'refused':
      return 'rolled back by the server';
    case 'full':
      return 'the server accepts no connection';
    case 'commit':
      return 'the commit failed';
    case 'packet':
      return 'the statement is too large';
    case 'statement':
      return 'the statement was refused';
  }
}
