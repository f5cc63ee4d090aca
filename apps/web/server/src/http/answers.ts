import type { ServerResponse } from 'node:http';
import { DomainError, type ErrorCode } from '@queqiao/domain';

/** Statuses of the codes that this server answers; any other is a failure behind it. */
const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  LIMIT_EXCEEDED: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 503,
};

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(value));
}

/** Answers `{error: {code, message, field, retryAfterMs}}`. Anything but a DomainError is told as INTERNAL: log it before. */
export function sendError(response: ServerResponse, error: unknown): number {
  const known =
    error instanceof DomainError ? error : new DomainError('INTERNAL', 'something went wrong');
  const status = STATUSES[known.code] ?? 500;
  if (known.retryAfterMs > 0) {
    response.setHeader('retry-after', Math.ceil(known.retryAfterMs / 1_000));
  }
  const { code, message, field, retryAfterMs } = known;
  sendJson(response, status, { error: { code, message, field, retryAfterMs } });
  return status;
}
