import type { Stack } from './stack.js';
import {
  startThrowAwayStack,
  TEST_MYSQL_VARIABLE,
  TEST_REDIS_VARIABLE,
} from './throw-away-stack.js';

/** Vitest runs this file once for every project that names it, each time as a new module. */
interface Shared {
  users: number;
  stack: Promise<Stack> | undefined;
}

const KEY = Symbol.for('queqiao.dev-stack.vitest');

/**
 * Vitest's globalSetup for projects that need servers: the first project of a run starts them, the
 * last one stops them, and all test files find them by testMysql() and testRedis(). When the
 * environment names the run's servers already, nothing is started.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const holder = globalThis as unknown as Record<symbol, Shared | undefined>;
  const shared = (holder[KEY] ??= { users: 0, stack: undefined });
  const given =
    process.env[TEST_MYSQL_VARIABLE] !== undefined &&
    process.env[TEST_REDIS_VARIABLE] !== undefined;
  if (given && shared.stack === undefined) return () => Promise.resolve();
  shared.users += 1;
  shared.stack ??= startThrowAwayStack({
    log: (line) => process.stderr.write(`${line}\n`),
    onExit: ({ server, code, signal, logTail }) => {
      process.stderr.write(
        `${server} of this test run ended (${signal ?? String(code)}):\n${logTail}\n`,
      );
    },
  });
  const stack = await shared.stack;
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    shared.stack = undefined;
    await stack.stop();
  };
}
