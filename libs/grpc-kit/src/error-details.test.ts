import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { DomainError, ERROR_TABLE, type ErrorCode } from '@queqiao/domain';
import { expect, it } from 'vitest';
import { encodeStatusDetails, STATUS_DETAILS_KEY } from './error-details.js';
import {
  domainErrorToStatus,
  ERROR_METADATA_KEY,
  requestIdOf,
  statusToDomainError,
} from './status.js';

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];

/** Fields of a message by number, without any schema: texts and messages as bytes, all else as numbers. */
function fieldsOf(bytes: Uint8Array): Map<number, (Uint8Array | number)[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | number)[]>();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const value = type === WireType.LengthDelimited ? reader.bytes() : reader.int32();
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

type Wire = ReturnType<typeof fieldsOf>;
const text = (value: unknown): string => new TextDecoder().decode(value as Uint8Array);
const inner = (fields: Wire | undefined, number: number): Wire[] =>
  (fields?.get(number) ?? []).map((value) => fieldsOf(value as Uint8Array));
const texts = (fields: Wire | undefined, ...numbers: number[]): string[] =>
  numbers.map((number) => text(fields?.get(number)?.[0] ?? new Uint8Array()));

/** The details of a status by the names of their types, read by the published numbers of google.rpc.Status and Any. */
function detailsOf(error: DomainError): Map<string, Wire> {
  const [bytes] = domainErrorToStatus(error, 'r-1').metadata.get(STATUS_DETAILS_KEY);
  const status = fieldsOf(bytes as Buffer);
  expect([status.get(1), texts(status, 2)]).toEqual([[error.row.grpcStatus], [error.message]]);
  return new Map(
    inner(status, 3).map((any) => {
      const [typeUrl = ''] = texts(any, 1);
      expect(typeUrl).toMatch(/^type\.googleapis\.com\/google\.rpc\.\w+$/);
      return [typeUrl.slice(typeUrl.lastIndexOf('.') + 1), fieldsOf(any.get(2)?.[0] as Uint8Array)];
    }),
  );
}

it('names the reason, its domain and the request by the numbers that every library knows', () => {
  const details = detailsOf(new DomainError('BLOCKED', 'not to bob', { field: 'user_id' }));
  expect([...details.keys()]).toEqual(['ErrorInfo', 'RequestInfo']);
  const info = details.get('ErrorInfo');
  expect(texts(info, 1, 2)).toEqual(['BLOCKED', 'queqiao']);
  const metadata = Object.fromEntries(inner(info, 3).map((pair) => texts(pair, 1, 2)));
  expect(metadata).toEqual({ retryable: 'false', effect: 'none', field: 'user_id' });
  expect(texts(details.get('RequestInfo'), 1)).toEqual(['r-1']);
});

it.each([
  ['INVALID_ARGUMENT', 'pairs[3].user_a', 'BadRequest'],
  ['LIMIT_EXCEEDED', 'user_ids', 'BadRequest'],
  ['LIMIT_EXCEEDED', 'content.mentions.user_ids', 'BadRequest'],
  ['LIMIT_EXCEEDED', 'maxFriends', 'QuotaFailure'],
  ['LIMIT_EXCEEDED', 'WEBHOOKS_MAX_PER_APP', 'QuotaFailure'],
  ['RATE_LIMITED', 'sends', 'QuotaFailure'],
] as const)('%s of %s has a %s', (code, field, type) => {
  const details = detailsOf(new DomainError(code, 'too much', { field, retryAfterMs: 1_250 }));
  expect([...details.keys()]).toEqual(['ErrorInfo', type, 'RetryInfo', 'RequestInfo']);
  const [violation] = inner(details.get(type), 1);
  expect(texts(violation, 1, 2)).toEqual([field, 'too much']);
  const [delay] = inner(details.get('RetryInfo'), 1);
  expect([delay?.get(1), delay?.get(2)]).toEqual([[1], [250_000_000]]);
});

it.each(CODES)('%s loses nothing to a caller who gets the details alone', (code) => {
  const told = { field: 'a_field', retryAfterMs: 3_210 };
  const sent = domainErrorToStatus(new DomainError(code, `it was ${code}`, told), 'r-2');
  sent.metadata.remove(ERROR_METADATA_KEY);
  const error: ServiceError = Object.assign(new Error('x'), sent);
  expect(statusToDomainError(error)).toMatchObject({ code, message: `it was ${code}`, ...told });
  expect(requestIdOf(error)).toBe('r-2');
});

it('takes nothing from the details of other servers, or from ones that do not decode', () => {
  const told = {
    code: 'BLOCKED',
    message: 'm',
    field: '',
    retryAfterMs: 0,
    requestId: 'r',
  } as const;
  const foreign = Buffer.from(
    encodeStatusDetails(told).toString('latin1').replace('queqiao', 'another'),
    'latin1',
  );
  for (const bytes of [foreign, Buffer.from([0xff, 0xff])]) {
    const metadata = new Metadata();
    metadata.set(STATUS_DETAILS_KEY, bytes);
    const error = Object.assign(new Error('x'), { code: 5, details: 'gone', metadata });
    expect(statusToDomainError(error).code).toBe('NOT_FOUND');
    expect(requestIdOf(error)).toBe('');
  }
});

it('fits into the trailers that every peer accepts, however long and strange its text', () => {
  const field = `f${'🌉'.repeat(5_000)}`;
  const error = new DomainError('INVALID_ARGUMENT', '🌉'.repeat(5_000), { field, retryAfterMs: 1 });
  const sent = domainErrorToStatus(error, 'r'.repeat(64));
  const bytes = Object.entries(sent.metadata.toHttp2Headers()).map(
    ([key, values]) => key.length + String(values).length,
  );
  const size = bytes.reduce((sum, each) => sum + each, encodeURIComponent(sent.details).length);
  expect(size).toBeGreaterThan(4_000);
  expect(size).toBeLessThan(8_192);
});
