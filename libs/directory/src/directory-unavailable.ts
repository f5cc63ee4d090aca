export type UnavailableKind = 'timeout' | 'connection' | 'overload' | 'reply';

/**
 * Redis did not answer in time, is not connected, or answered with an error. Whether a write took effect is unknown.
 * Callers go on without Redis: a failed route read is not "offline".
 */
export class DirectoryUnavailable extends Error {
  override readonly name = 'DirectoryUnavailable';

  constructor(
    /** The operation, for example `register`; never a key. */
    readonly operation: string,
    readonly kind: UnavailableKind,
    cause?: unknown,
  ) {
    super(`directory ${operation} failed: ${kind}`, cause === undefined ? undefined : { cause });
  }
}
