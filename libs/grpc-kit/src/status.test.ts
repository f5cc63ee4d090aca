import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { DomainError, ERROR_TABLE, type ErrorCode } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import {
  domainErrorToStatus,
  ERROR_METADATA_KEY,
  isServiceError,
  requestIdOf,
  statusToDomainError,
} from './status.js';

function serviceError(parts: { code: status; details: string; metadata?: Metadata }): ServiceError {
  return Object.assign(new Error(`${parts.code} ${parts.details}`), {
    metadata: new Metadata(),
    ...parts,
  });
}

describe('an error of the table', () => {
  it.each(Object.keys(ERROR_TABLE) as ErrorCode[])('%s keeps all it says', (code) => {
    const original = new DomainError(code, `it was ${code}`, {
      field: 'user_id',
      retryAfterMs: 1_500,
    });
    const sent = domainErrorToStatus(original, 'req-1');
    expect([sent.code, sent.details]).toEqual([ERROR_TABLE[code].grpcStatus, original.message]);
    const error = serviceError(sent);
    const received = statusToDomainError(error);
    expect(received).toBeInstanceOf(DomainError);
    expect(received).toMatchObject({
      code,
      message: original.message,
      field: 'user_id',
      retryAfterMs: 1_500,
      cause: error,
    });
    expect(requestIdOf(error)).toBe('req-1');
  });
});

it.each(['\ud83d alone', 'alone \udc00 too', `cut \ud83d${'x'.repeat(400)}`, 'cut \ud83d'])(
  'a text that is none is told as one that can be sent: %j',
  (text) => {
    const sent = domainErrorToStatus(new DomainError('INTERNAL', text, { field: text }), 'req-1');
    // As grpc-js writes it into the trailers.
    expect(decodeURI(encodeURI(sent.details))).toBe(sent.details);
    const received = statusToDomainError(serviceError(sent));
    expect(received.message).toBe(sent.details);
    expect(received.message).toMatch(/alone|cut/);
    expect(received.field).toMatch(/alone|cut/);
  },
);

it('tells nothing about a defect', () => {
  const sent = domainErrorToStatus(new Error('password=hunter2'), 'req-2');
  expect(sent).toMatchObject({ code: status.INTERNAL, details: 'internal error' });
  const [bytes] = sent.metadata.get(ERROR_METADATA_KEY);
  expect(String(bytes)).not.toContain('hunter2');
  expect(statusToDomainError(serviceError(sent)).code).toBe('INTERNAL');
});

describe('a status that grpc made by itself', () => {
  it.each([
    [status.UNAVAILABLE, 'UNAVAILABLE'],
    [status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED'],
    [status.CANCELLED, 'UNAVAILABLE'],
    [status.UNIMPLEMENTED, 'UNIMPLEMENTED'],
    [status.UNAUTHENTICATED, 'UNAUTHENTICATED'],
  ])('%s becomes %s', (code, expected) => {
    expect(statusToDomainError(serviceError({ code, details: 'x' })).code).toBe(expected);
  });

  it.each([status.RESOURCE_EXHAUSTED, status.ABORTED, status.UNKNOWN, status.DATA_LOSS])(
    '%s leaves the effect unknown',
    (code) => {
      const error = statusToDomainError(serviceError({ code, details: 'x' }));
      expect(error.row.effect).toBe('unknown');
    },
  );

  it('counts even when the details do not decode', () => {
    const metadata = new Metadata();
    metadata.set(ERROR_METADATA_KEY, Buffer.from([0xff, 0xff]));
    const error = serviceError({ code: status.NOT_FOUND, details: 'gone', metadata });
    expect(statusToDomainError(error)).toMatchObject({ code: 'NOT_FOUND', message: 'gone' });
    expect(requestIdOf(error)).toBe('');
  });
});

it('knows a grpc error from another', () => {
  expect(isServiceError(serviceError({ code: status.INTERNAL, details: '' }))).toBe(true);
  expect(isServiceError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe(false);
  expect(isServiceError(undefined)).toBe(false);
});
