import { DirectoryUnavailable } from '@queqiao/directory';
import { DomainError } from '@queqiao/domain';
import {
  AmbiguousCommit,
  StoreAbandoned,
  StoreUnavailable,
  TransientStoreError,
} from '@queqiao/store-mysql';

const RETRY_AFTER_MS = 1_000;

/** What an adapter's error means to a caller; undefined for defects. After a commit in doubt the effect is unknown, too. */
export function adapterError(error: unknown): DomainError | undefined {
  const retryAfterMs = RETRY_AFTER_MS;
  if (
    error instanceof TransientStoreError ||
    error instanceof StoreUnavailable ||
    error instanceof AmbiguousCommit
  ) {
    return new DomainError('UNAVAILABLE', 'the database does not answer', { retryAfterMs });
  }
  if (error instanceof StoreAbandoned) return new DomainError('DEADLINE_EXCEEDED', error.message);
  if (error instanceof DirectoryUnavailable) {
    return new DomainError('UNAVAILABLE', 'the directory does not answer', { retryAfterMs });
  }
  return undefined;
}
