import { Metadata, status, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { DomainError, ERROR_TABLE, type ErrorCode } from '@queqiao/domain';
import { errorCodeFromProto, toProtoError, Error as ProtoError } from '@queqiao/protocol/common';
import {
  encodeStatusDetails,
  readStatusDetails,
  STATUS_DETAILS_KEY,
  type ToldError,
} from './error-details.js';

/** Binary metadata key that carries the encoded queqiao.common.v1.Error beside the google.rpc.Status, for clients of our protos. */
export const ERROR_METADATA_KEY = 'queqiao-error-bin';

/** Metadata key of a call's id in logs: in requests if the caller has one, in every answer and in the trailers of every error. */
export const REQUEST_ID_KEY = 'x-request-id';

/** Peers refuse trailers of more than 8 KiB, in which an error's text stands four times. */
const MAX_STATUS_MESSAGE_CHARS = 256;
const MAX_STATUS_FIELD_CHARS = 128;

/** A status for the gRPC door. An error that is not a DomainError becomes INTERNAL with a neutral text: log it before. */
export function domainErrorToStatus(err: unknown, requestId: string): StatusObject {
  const error = cutToFit(toProtoError(err, requestId));
  const code = errorCodeFromProto(error.code);
  const metadata = new Metadata();
  metadata.set(ERROR_METADATA_KEY, Buffer.from(ProtoError.encode(error).finish()));
  metadata.set(REQUEST_ID_KEY, requestId);
  metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails({ ...error, code }));
  return { code: ERROR_TABLE[code].grpcStatus, details: error.message, metadata };
}

function cutToFit(error: ProtoError): ProtoError {
  return {
    ...error,
    message: cut(error.message, MAX_STATUS_MESSAGE_CHARS),
    field: cut(error.field, MAX_STATUS_FIELD_CHARS),
  };
}

function cut(text: string, maxChars: number): string {
  // Not through the middle of a pair.
  const short = text.slice(0, maxChars).replace(/[\uD800-\uDBFF]$/, '');
  // Halves of pairs in other places, which JSON can say, are no text: a status with one is never sent.
  return Buffer.from(short).toString();
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
  const told = toldBy(error);
  if (told) {
    const { field, retryAfterMs } = told;
    return new DomainError(told.code, told.message, { field, retryAfterMs, cause: error });
  }
  return new DomainError(
    TRANSPORT_CODES[error.code] ?? 'INTERNAL',
    error.details || error.message,
    { cause: error },
  );
}

/** The request id under which the server logged the failure; empty when it gave none. */
export function requestIdOf(error: ServiceError): string {
  return toldBy(error)?.requestId ?? '';
}

/** Our own error, or else the details that a proxy which knows only those has let through. */
function toldBy(error: ServiceError): ToldError | undefined {
  return readOwnError(error.metadata) ?? readStatusDetails(error.metadata);
}

function readOwnError(metadata: Metadata | undefined): ToldError | undefined {
  const [bytes] = metadata?.get(ERROR_METADATA_KEY) ?? [];
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    const error = ProtoError.decode(bytes);
    return { ...error, code: errorCodeFromProto(error.code) };
  } catch {
    // What does not decode says nothing; the plain status still does.
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
