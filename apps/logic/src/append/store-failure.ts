import {
  AmbiguousCommit,
  PoisonedBatch,
  StoreUnavailable,
  TransientStoreError,
} from '@queqiao/store-mysql';
import type { CommitFailure } from './ports.js';

/** What a rejection of the MySQL log means for the batch. Anything unknown is a defect: it would fail again. */
export function storeFailure(error: unknown): CommitFailure {
  if (error instanceof TransientStoreError) return 'transient';
  if (error instanceof AmbiguousCommit) return 'ambiguous';
  if (error instanceof PoisonedBatch) return 'poisoned';
  if (error instanceof StoreUnavailable) return 'unavailable';
  return 'defect';
}
