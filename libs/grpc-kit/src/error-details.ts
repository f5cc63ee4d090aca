import type { Metadata } from '@grpc/grpc-js';
import { ERROR_TABLE, type ErrorCode } from '@queqiao/domain';
import {
  BadRequest,
  ErrorInfo,
  QuotaFailure,
  RequestInfo,
  RetryInfo,
  Status,
} from '@queqiao/protocol/rpc-status';
import type { MessageCodec } from './generic-definition.js';

/** Binary metadata key of a google.rpc.Status, which gRPC libraries of every language read. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

/** Tells the reasons of this server from those of others. */
export const ERROR_DOMAIN = 'queqiao';

/** An error of the table as it is told to a caller. */
export interface ToldError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string;
  readonly retryAfterMs: number;
  readonly requestId: string;
}

type Detail = Status['details'][number];

/** The encoded google.rpc.Status of an error. Holds all that the error says. */
export function encodeStatusDetails(error: ToldError): Buffer {
  const code = ERROR_TABLE[error.code].grpcStatus;
  const details = [
    errorInfo(error),
    ...violation(error),
    ...retryInfo(error),
    detail('RequestInfo', RequestInfo, { requestId: error.requestId }),
  ];
  return Buffer.from(Status.encode({ code, message: error.message, details }).finish());
}

function errorInfo({ code, field }: ToldError): Detail {
  const { retryable, effect } = ERROR_TABLE[code];
  const metadata: Record<string, string> = { retryable: String(retryable), effect };
  if (field !== '') metadata['field'] = field;
  return detail('ErrorInfo', ErrorInfo, { reason: code, domain: ERROR_DOMAIN, metadata });
}

/** Limits that an app sets are written `maxFriends`, those of the server `KEYS_MAX_LIVE`; fields are written otherwise. */
const LIMIT_NAME = /^(?:[a-z]+[A-Z]|[A-Z][A-Z0-9_]*$)/;
const FIELD_CODES: ReadonlySet<ErrorCode> = new Set(['INVALID_ARGUMENT', 'LIMIT_EXCEEDED']);
const QUOTA_CODES: ReadonlySet<ErrorCode> = new Set(['RATE_LIMITED', 'TOO_MANY_CALLS']);

function violation({ code, field, message: description }: ToldError): Detail[] {
  if (field === '') return [];
  const isLimit = code === 'LIMIT_EXCEEDED' && LIMIT_NAME.test(field);
  if (isLimit || QUOTA_CODES.has(code)) {
    const violations = [{ subject: field, description }];
    return [detail('QuotaFailure', QuotaFailure, { violations })];
  }
  if (!FIELD_CODES.has(code)) return [];
  return [detail('BadRequest', BadRequest, { fieldViolations: [{ field, description }] })];
}

function retryInfo({ retryAfterMs }: ToldError): Detail[] {
  if (retryAfterMs <= 0) return [];
  const seconds = Math.floor(retryAfterMs / 1_000);
  const nanos = Math.round((retryAfterMs % 1_000) * 1_000_000);
  return [detail('RetryInfo', RetryInfo, { retryDelay: { seconds, nanos } })];
}

const TYPE_URL = 'type.googleapis.com/google.rpc.';

function detail<T>(name: string, type: MessageCodec<T>, message: T): Detail {
  return { typeUrl: `${TYPE_URL}${name}`, value: type.encode(message).finish() };
}

/** What a server of ours said in a call's trailers; undefined when it said nothing there, or not in a form that is known. */
export function readStatusDetails(metadata: Metadata | undefined): ToldError | undefined {
  const [bytes] = metadata?.get(STATUS_DETAILS_KEY) ?? [];
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return toldError(Status.decode(bytes));
  } catch {
    return undefined;
  }
}

function toldError({ message, details }: Status): ToldError | undefined {
  const info = find(details, 'ErrorInfo', ErrorInfo);
  if (info?.domain !== ERROR_DOMAIN) return undefined;
  const delay = find(details, 'RetryInfo', RetryInfo)?.retryDelay;
  return {
    // A newer server may send a reason that this build does not know.
    code: Object.hasOwn(ERROR_TABLE, info.reason) ? (info.reason as ErrorCode) : 'INTERNAL',
    message,
    field: info.metadata['field'] ?? '',
    retryAfterMs: delay ? delay.seconds * 1_000 + delay.nanos / 1_000_000 : 0,
    requestId: find(details, 'RequestInfo', RequestInfo)?.requestId ?? '',
  };
}

function find<T>(details: readonly Detail[], name: string, type: MessageCodec<T>): T | undefined {
  const found = details.find(({ typeUrl }) => typeUrl === `${TYPE_URL}${name}`);
  return found && type.decode(found.value);
}
