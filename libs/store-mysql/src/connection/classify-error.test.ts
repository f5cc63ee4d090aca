import { expect, it } from 'vitest';
import { breaksConnection, storeError, troubleOf } from './classify-error.js';

const server = (errno: number) => Object.assign(new Error('x'), { errno, sql: 'SECRET' });
const lost = Object.assign(new Error('x'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true });
const reset = Object.assign(new Error('x'), { code: 'ECONNRESET', errno: -104 });
const late = Object.assign(new Error('x'), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' });

it.each([
  [server(1213), 'TransientStoreError', 'TransientStoreError', false],
  [server(1205), 'TransientStoreError', 'TransientStoreError', false],
  [server(1412), 'TransientStoreError', 'TransientStoreError', false],
  [server(1290), 'TransientStoreError', 'TransientStoreError', true],
  [server(1792), 'TransientStoreError', 'TransientStoreError', true],
  [server(1836), 'TransientStoreError', 'TransientStoreError', true],
  [server(1053), 'TransientStoreError', 'AmbiguousCommit', true],
  [server(1927), 'TransientStoreError', 'AmbiguousCommit', true],
  [server(1180), 'TransientStoreError', 'AmbiguousCommit', true],
  [lost, 'TransientStoreError', 'AmbiguousCommit', true],
  [reset, 'TransientStoreError', 'AmbiguousCommit', true],
  [late, 'TransientStoreError', 'AmbiguousCommit', true],
  [server(1153), 'PoisonedBatch', 'PoisonedBatch', true],
  [server(1406), 'StoreDefect', 'StoreDefect', false],
  [server(1040), 'StoreUnavailable', 'StoreUnavailable', true],
])('%j', (error, work, commit, broken) => {
  expect(storeError(error, 'x', 'work').name).toBe(work);
  expect(storeError(error, 'x', 'commit').name).toBe(commit);
  expect(storeError(error, 'x', 'connect').name).toBe('StoreUnavailable');
  expect(breaksConnection(troubleOf(error))).toBe(broken);
  expect(JSON.stringify(storeError(error, 'x', 'work'))).not.toContain('SECRET');
});
