import { loadConfig } from '@queqiao/runtime';
import { SWEEP_AFTER_MS } from '@queqiao/store-mysql';
import { expect, it } from 'vitest';
import { DEFAULT_GRPC_DOOR_AGES } from '../../src/api/door/grpc-door.js';
import { DEFAULT_APPEND_LIMITS } from '../../src/append/index.js';
import { logicConfig } from '../../src/config.js';
import { DEFAULT_CALL_DISPATCH_LIMITS } from '../../src/link/call-dispatch.js';

/** How long a node may go on letting a user in who is being erased. */
const UNHEARD_MS = 5_000;
/** Statements of a batch that each take as long as they may. */
const SLOW_STATEMENTS = 3;

it('the sweep comes after every call that was let in before the erasure', () => {
  const { maxConnectionAgeMs, maxConnectionAgeGraceMs } = DEFAULT_GRPC_DOOR_AGES;
  const { maxCallMs } = DEFAULT_CALL_DISPATCH_LIMITS;
  const { maxAttempts, retryMaxMs } = DEFAULT_APPEND_LIMITS;
  const { mysqlStatementMs } = loadConfig(logicConfig, {
    QUEQIAO_PROFILE: 'test',
    QUEQIAO_NODE_ID: 'logic-1',
    QUEQIAO_MYSQL_URL: 'mysql://localhost/queqiao',
    QUEQIAO_REDIS_URL: 'redis://localhost',
  });
  const calls = Math.max(maxCallMs, maxConnectionAgeMs + maxConnectionAgeGraceMs);
  const runs = maxAttempts * (SLOW_STATEMENTS * mysqlStatementMs + retryMaxMs);
  expect(SWEEP_AFTER_MS).toBeGreaterThan(UNHEARD_MS + calls + runs);
});
