import { ERROR_TABLE, type ErrorCode } from '@queqiao/domain';
import { errorCodeFromProto, type Error as ProtoError } from '@queqiao/protocol/common';

export interface QueqiaoErrorDetails {
  readonly field?: string;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  /** Left out: as the error table says for the code. */
  readonly effect?: 'none' | 'unknown';
  readonly cause?: unknown;
}

/** Every failure that this library reports. `code` is a row of the common error table. */
export class QueqiaoError extends Error {
  override readonly name = 'QueqiaoError';
  readonly code: ErrorCode;
  /** The same call may succeed later without any change. */
  readonly retryable: boolean;
  /** `none`: certainly nothing happened. `unknown`: it may have been carried out; repeat with the same client id. */
  readonly effect: 'none' | 'unknown';
  /** The offending field or the name of the limit; else empty. */
  readonly field: string;
  /** Milliseconds after which a retry makes sense; 0: no hint. */
  readonly retryAfterMs: number;
  /** Names the request in the server's logs; empty for failures on this side. */
  readonly requestId: string;

  constructor(code: ErrorCode, message: string, details: QueqiaoErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const row = ERROR_TABLE[code];
    this.code = code;
    this.retryable = row.retryable;
    this.effect = details.effect ?? row.effect;
    this.field = details.field ?? '';
    this.retryAfterMs = details.retryAfterMs ?? 0;
    this.requestId = details.requestId ?? '';
  }
}

export function fromProto(error: ProtoError): QueqiaoError {
  const { message, field, retryAfterMs, requestId } = error;
  return new QueqiaoError(errorCodeFromProto(error.code), message, {
    field,
    retryAfterMs,
    requestId,
  });
}

/** Anything that is not one of ours is a defect on this side; it is treated as INTERNAL. */
export function asQueqiaoError(error: unknown): QueqiaoError {
  if (error instanceof QueqiaoError) return error;
  return new QueqiaoError('INTERNAL', error instanceof Error ? error.message : 'failed', {
    cause: error,
  });
}
