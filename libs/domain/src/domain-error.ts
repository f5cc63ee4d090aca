import { ERROR_TABLE, type ErrorCode, type ErrorRow } from './error-table.js';

export interface DomainErrorDetails {
  /** The offending field or the name of the limit. */
  readonly field?: string;
  /** Milliseconds after which a retry makes sense. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * The only error that use cases throw on purpose. Its message is shown to callers, so it must never hold a secret, a token,
 * a message body or another app's data. Each door maps it exactly once.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly field: string;
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, message: string, details: DomainErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.field = details.field ?? '';
    this.retryAfterMs = details.retryAfterMs ?? 0;
  }

  get row(): ErrorRow {
    return ERROR_TABLE[this.code];
  }
}

/** An INVALID_ARGUMENT that names its field. */
export function invalidArgument(field: string, message: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', `${field}: ${message}`, { field });
}
