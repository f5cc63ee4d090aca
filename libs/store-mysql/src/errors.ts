/**
 * What a caller of the store can meet besides its documented outcomes. Messages hold an error number and the name of the
 * operation, never SQL or parameters: those carry message bodies and secrets.
 */
export abstract class StoreError extends Error {
  /** The server's error number, or 0 when the error did not come from the server. */
  readonly errno: number;

  constructor(message: string, errno = 0) {
    super(message);
    this.errno = errno;
  }
}

/**
 * The transaction had no effect: deadlock, lock time-out, lost connection before COMMIT, read-only server. Running the same
 * work again is right and may succeed.
 */
export class TransientStoreError extends StoreError {
  override readonly name = 'TransientStoreError';
}

/**
 * No statement was sent: the pool's queue is full, a connection could not be had in time, or the store is closed. A kind of
 * its own so that callers shed load instead of repeating at once.
 */
export class StoreUnavailable extends StoreError {
  override readonly name = 'StoreUnavailable';
}

/**
 * COMMIT was sent and its answer never came. The work may be stored. Only running the same batch again resolves it, because
 * that waits for the locks of a commit that is still stalled; a plain look-up can miss it.
 */
export class AmbiguousCommit extends StoreError {
  override readonly name = 'AmbiguousCommit';
}

/** The database refused the batch for what is in it, and nothing of it is stored. Halve the batch to find the culprit. */
export class PoisonedBatch extends StoreError {
  override readonly name = 'PoisonedBatch';
}

/** A statement that the database refuses whatever the data: a defect of this package, or a schema that is too old. */
export class StoreDefect extends StoreError {
  override readonly name = 'StoreDefect';
}

/** A statement touches a table of tenants without naming app_id. Thrown by the guard before the statement is sent. */
export class TenantGuardViolation extends StoreError {
  override readonly name = 'TenantGuardViolation';
}

/** Nobody waits for the outcome any more, so no further statement was begun. An earlier attempt may have been committed. */
export class StoreAbandoned extends StoreError {
  override readonly name = 'StoreAbandoned';

  constructor() {
    super('nobody waits for the answer any more');
  }
}
