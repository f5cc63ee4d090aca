import { DomainError, ERROR_TABLE, type ErrorCode } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import {
  errorCodeFromProto,
  errorCodeToProto,
  ErrorCode as ProtoErrorCode,
  fromProtoError,
  isRetryable,
  toProtoError,
} from './common.js';

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];

describe('error codes', () => {
  it('have the same names in the table and on the wire', () => {
    const onWire = Object.keys(ProtoErrorCode).filter((name) => Number.isNaN(Number(name)));
    const known = onWire.filter((name) => name !== 'UNSPECIFIED' && name !== 'UNRECOGNIZED');
    expect(known.sort()).toEqual([...CODES].sort());
  });

  it.each(CODES)('%s goes there and back under its own name', (code) => {
    expect(ProtoErrorCode[errorCodeToProto(code)]).toBe(code);
    expect(errorCodeFromProto(errorCodeToProto(code))).toBe(code);
  });

  it.each([ProtoErrorCode.UNSPECIFIED, ProtoErrorCode.UNRECOGNIZED, 99 as ProtoErrorCode])(
    'reads %s, which it does not know, as an unknown effect',
    (code) => {
      const { effect } = ERROR_TABLE[errorCodeFromProto(code)];
      expect(effect).toBe('unknown');
    },
  );

  it('says when a retry can help', () => {
    expect(CODES.filter(isRetryable)).toEqual(CODES.filter((code) => ERROR_TABLE[code].retryable));
  });
});

describe('errors', () => {
  it('keep code, message, field and hint', () => {
    const error = new DomainError('RATE_LIMITED', 'slow down', {
      field: 'sends',
      retryAfterMs: 250,
    });
    const sent = toProtoError(error, 'r-1');
    expect(sent).toEqual({
      code: ProtoErrorCode.RATE_LIMITED,
      message: 'slow down',
      field: 'sends',
      retryAfterMs: 250,
      requestId: 'r-1',
    });
    expect(fromProtoError(sent)).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'slow down',
      field: 'sends',
      retryAfterMs: 250,
    });
  });

  it.each([new TypeError('hunter2'), 'hunter2', undefined])(
    'tell nothing of a defect',
    (defect) => {
      const sent = toProtoError(defect, 'r-2');
      expect(sent).toMatchObject({ code: ProtoErrorCode.INTERNAL, requestId: 'r-2' });
      expect(JSON.stringify(sent)).not.toContain('hunter2');
    },
  );
});
