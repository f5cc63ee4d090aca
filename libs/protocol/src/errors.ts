import { DomainError, ERROR_TABLE, type ErrorCode } from '@queqiao/domain';
import {
  ErrorCode as ProtoErrorCode,
  type Error as ProtoError,
} from './gen/queqiao/common/v1/error.js';

type KnownProtoCode = Exclude<
  ProtoErrorCode,
  ProtoErrorCode.UNSPECIFIED | ProtoErrorCode.UNRECOGNIZED
>;

/** What callers are told about a defect: nothing about its inside. */
export const INTERNAL_MESSAGE = 'internal error';

const TO_PROTO = {
  INVALID_ARGUMENT: ProtoErrorCode.INVALID_ARGUMENT,
  UNAUTHENTICATED: ProtoErrorCode.UNAUTHENTICATED,
  TOKEN_EXPIRED: ProtoErrorCode.TOKEN_EXPIRED,
  PERMISSION_DENIED: ProtoErrorCode.PERMISSION_DENIED,
  NOT_FOUND: ProtoErrorCode.NOT_FOUND,
  ALREADY_EXISTS: ProtoErrorCode.ALREADY_EXISTS,
  NOT_A_MEMBER: ProtoErrorCode.NOT_A_MEMBER,
  MUTED: ProtoErrorCode.MUTED,
  BLOCKED: ProtoErrorCode.BLOCKED,
  LIMIT_EXCEEDED: ProtoErrorCode.LIMIT_EXCEEDED,
  RATE_LIMITED: ProtoErrorCode.RATE_LIMITED,
  APP_SUSPENDED: ProtoErrorCode.APP_SUSPENDED,
  UNIMPLEMENTED: ProtoErrorCode.UNIMPLEMENTED,
  UNAVAILABLE: ProtoErrorCode.UNAVAILABLE,
  DEADLINE_EXCEEDED: ProtoErrorCode.DEADLINE_EXCEEDED,
  INTERNAL: ProtoErrorCode.INTERNAL,
  TOO_MANY_CALLS: ProtoErrorCode.TOO_MANY_CALLS,
  SUPERSEDED: ProtoErrorCode.SUPERSEDED,
  NOT_A_FRIEND: ProtoErrorCode.NOT_A_FRIEND,
  DISSOLVED: ProtoErrorCode.DISSOLVED,
  CONFLICT: ProtoErrorCode.CONFLICT,
  CURSOR_EXPIRED: ProtoErrorCode.CURSOR_EXPIRED,
} as const satisfies Record<ErrorCode, KnownProtoCode>;

const FROM_PROTO = {
  [ProtoErrorCode.INVALID_ARGUMENT]: 'INVALID_ARGUMENT',
  [ProtoErrorCode.UNAUTHENTICATED]: 'UNAUTHENTICATED',
  [ProtoErrorCode.TOKEN_EXPIRED]: 'TOKEN_EXPIRED',
  [ProtoErrorCode.PERMISSION_DENIED]: 'PERMISSION_DENIED',
  [ProtoErrorCode.NOT_FOUND]: 'NOT_FOUND',
  [ProtoErrorCode.ALREADY_EXISTS]: 'ALREADY_EXISTS',
  [ProtoErrorCode.NOT_A_MEMBER]: 'NOT_A_MEMBER',
  [ProtoErrorCode.MUTED]: 'MUTED',
  [ProtoErrorCode.BLOCKED]: 'BLOCKED',
  [ProtoErrorCode.LIMIT_EXCEEDED]: 'LIMIT_EXCEEDED',
  [ProtoErrorCode.RATE_LIMITED]: 'RATE_LIMITED',
  [ProtoErrorCode.APP_SUSPENDED]: 'APP_SUSPENDED',
  [ProtoErrorCode.UNIMPLEMENTED]: 'UNIMPLEMENTED',
  [ProtoErrorCode.UNAVAILABLE]: 'UNAVAILABLE',
  [ProtoErrorCode.DEADLINE_EXCEEDED]: 'DEADLINE_EXCEEDED',
  [ProtoErrorCode.INTERNAL]: 'INTERNAL',
  [ProtoErrorCode.TOO_MANY_CALLS]: 'TOO_MANY_CALLS',
  [ProtoErrorCode.SUPERSEDED]: 'SUPERSEDED',
  [ProtoErrorCode.NOT_A_FRIEND]: 'NOT_A_FRIEND',
  [ProtoErrorCode.DISSOLVED]: 'DISSOLVED',
  [ProtoErrorCode.CONFLICT]: 'CONFLICT',
  [ProtoErrorCode.CURSOR_EXPIRED]: 'CURSOR_EXPIRED',
} as const satisfies Record<KnownProtoCode, ErrorCode>;

export function errorCodeToProto(code: ErrorCode): ProtoErrorCode {
  return TO_PROTO[code];
}

/** INTERNAL, whose effect is unknown, for a code that this build does not know: a newer server may send one. */
export function errorCodeFromProto(code: ProtoErrorCode): ErrorCode {
  return (FROM_PROTO as Partial<Record<ProtoErrorCode, ErrorCode>>)[code] ?? 'INTERNAL';
}

/**
 * The error message both doors answer with. Anything but a DomainError is a defect and becomes INTERNAL with a neutral text;
 * the caller logs the original under the same request id.
 */
export function toProtoError(err: unknown, requestId: string): ProtoError {
  const known = err instanceof DomainError ? err : undefined;
  return {
    code: errorCodeToProto(known?.code ?? 'INTERNAL'),
    message: known?.message ?? INTERNAL_MESSAGE,
    field: known?.field ?? '',
    retryAfterMs: known?.retryAfterMs ?? 0,
    requestId,
  };
}

/** The way back, for callers: the same code, message, field and hint. */
export function fromProtoError(error: ProtoError): DomainError {
  return new DomainError(errorCodeFromProto(error.code), error.message, {
    field: error.field,
    retryAfterMs: error.retryAfterMs,
  });
}

/** True when the same call may succeed later without the caller changing anything. */
export function isRetryable(code: ErrorCode): boolean {
  return ERROR_TABLE[code].retryable;
}
