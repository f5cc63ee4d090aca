import { Metadata, status, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { DomainError, ERROR_TABLE, type ErrorCode } from '@queqiao/domain';
import {
  errorCodeFromProto,
  fromProtoError,
  toProtoError,
  Error as ProtoError,
} from '@queqiao/protocol/common';

/** Binary metadata key that carries the encoded queqiao.common.v1.Error beside the plain gRPC status. */
export const ERROR_METADATA_KEY = 'queqiao-error-bin';

/** A status for the gRPC door. An error that is not a DomainError becomes INTERNAL with a neutral text: log it before. */
export function domainErrorToStatus(err: unknown, requestId: string): StatusObject {
  const error = toProtoError(err, requestId);
  const metadata = new Metadata();
  metadata.set(ERROR_METADATA_KEY, Buffer.from(ProtoError.encode(error).finish()));
  return {
    code: ERROR_TABLE[errorCodeFromProto(error.code)].grpcStatus,
    details: error.message,
    metadata,
  };
}

/**
 * Statuses that grpc itself makes, without our details. Those left out, and RESOURCE_EXHAUSTED, say nothing about the effect of
 * the call, so they become INTERNAL, whose effect is unknown.
 */
const TRANSPORT_CODES: Readonly<Partial<Record<status, ErrorCode>>> = {
  [status.CANCELLED]: 'UNAVAILABLE',
  [status.INVALID_ARGUMENT]: 'INVALID_ARGUMENT',
  [status.DEADLINE_EXCEEDED]: 'DEADLINE_EXCEEDED',
  [status.NOT_FOUND]: 'NOT_FOUND',
  [status.ALREADY_EXISTS]: 'ALREADY_EXISTS',
  [status.PERMISSION_DENIED]: 'PERMISSION_DENIED',
  [status.UNIMPLEMENTED]: 'UNIMPLEMENTED',
  [status.UNAVAILABLE]: 'UNAVAILABLE',
  [status.UNAUTHENTICATED]: 'UNAUTHENTICATED',
};

/** What a failed call means. The original error is the `cause`; its request id, if the server gave one, is `requestIdOf(error)`. */
export function statusToDomainError(error: ServiceError): DomainError {
  const details = protoErrorOf(error);
  if (details) {
    const known = fromProtoError(details);
    const { field, retryAfterMs } = known;
    return new DomainError(known.code, known.message, { field, retryAfterMs, cause: error });
  }
  return new DomainError(
    TRANSPORT_CODES[error.code] ?? 'INTERNAL',
    error.details || error.message,
    { cause: error },
  );
}

/** The request id under which the server logged the failure; empty when it gave none. */
export function requestIdOf(error: ServiceError): string {
  return protoErrorOf(error)?.requestId ?? '';
}

function protoErrorOf(error: ServiceError): ProtoError | undefined {
  const [bytes] = error.metadata?.get(ERROR_METADATA_KEY) ?? [];
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return ProtoError.decode(bytes);
  } catch {
    // Details that do not decode say nothing; the plain status still does.
    return undefined;
  }
}

/** True for the errors that grpc-js gives to callers. */
export function isServiceError(error: unknown): error is ServiceError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    'metadata' in error
  );
}
