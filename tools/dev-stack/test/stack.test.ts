import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  NotDestructibleError,
  resolveStack,
  startRedis,
  startThrowAwayStack,
  TEST_MYSQL_VARIABLE,
  TEST_REDIS_VARIABLE,
  testMysql,
  testRedis,
} from '../src/index.js';
import setup from '../src/vitest-global-setup.js';

function unset(...names: string[]): void {
  for (const name of names) vi.stubEnv(name, undefined);
}

const GIVEN = ['QUEQIAO_MYSQL_URL', 'QUEQIAO_REDIS_URL'];
const SHARED = [TEST_MYSQL_VARIABLE, TEST_REDIS_VARIABLE];

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('resolveStack', () => {
  it('starts what is not given, and lets destructive scenarios run on it', async () => {
    unset(...GIVEN);
    const stack = await resolveStack({ mode: 'throwAway' });
    try {
      expect(stack.external).toBe(false);
      expect(() => stack.assertDestructible('killing the database')).not.toThrow();
      const db = await stack.mysql.createDatabase();
      expect(db.url).toContain(`:${stack.mysql.server?.port}/${db.name}`);
    } finally {
      await stack.stop();
    }
    expect(stack.mysql.server?.pid).toBeUndefined();
    expect(stack.redis.server?.pid).toBeUndefined();
  });

  it('takes servers from the environment first, and then refuses destruction', async () => {
    vi.stubEnv('QUEQIAO_MYSQL_URL', 'mysql://root@192.0.2.1:3306');
    vi.stubEnv('QUEQIAO_REDIS_URL', 'redis://192.0.2.1:6379');
    const stack = await resolveStack({ mode: 'fixedPorts' });
    expect(stack.mysql).toMatchObject({ rootUrl: 'mysql://root@192.0.2.1:3306', external: true });
    expect(stack.redis).toMatchObject({ url: 'redis://192.0.2.1:6379', external: true });
    expect(() => stack.assertDestructible('failover')).toThrow(NotDestructibleError);
    await stack.stop();
  });

  it('starts only the one that the environment does not name, and protects the other', async () => {
    const other = await startRedis();
    unset('QUEQIAO_MYSQL_URL');
    vi.stubEnv('QUEQIAO_REDIS_URL', other.url);
    const stack = await resolveStack({ mode: 'throwAway' });
    try {
      expect(stack.mysql.external).toBe(false);
      expect(stack.redis).toEqual({ url: other.url, external: true, server: undefined });
      expect(() => stack.assertDestructible('failover')).toThrow(/Redis was given by URL/);
      await stack.stop();
      expect(other.pid).toBeTypeOf('number');
    } finally {
      await stack.stop();
      await other.stop();
    }
  });
});

describe('servers of a test run', () => {
  it('are found by test files through the environment', async () => {
    unset(...GIVEN, ...SHARED);
    const stack = await startThrowAwayStack();
    try {
      expect((await testMysql()).rootUrl).toBe(stack.mysql.rootUrl);
      const redis = await testRedis();
      expect(redis.url).toBe(stack.redis.url);
      expect(redis.prefix()).not.toBe(redis.prefix());
    } finally {
      await stack.stop();
    }
    expect(process.env[TEST_MYSQL_VARIABLE]).toBeUndefined();
  });

  it('are started by the first test file that asks when the run has none', async () => {
    unset(...GIVEN, ...SHARED);
    const [first, second] = await Promise.all([testMysql(), testMysql()]);
    expect(first.rootUrl).toBe(second.rootUrl);
    const db = await first.createDatabase();
    await db.drop();
    expect((await testRedis()).url).toBe((await testRedis()).url);
  });

  it('start once for all projects and stop with the last one', async () => {
    unset(...GIVEN, ...SHARED);
    const [endFirst, endSecond] = await Promise.all([setup(), setup()]);
    const url = process.env[TEST_REDIS_VARIABLE];
    const third = await setup();
    expect(process.env[TEST_REDIS_VARIABLE]).toBe(url);
    await endFirst();
    await endSecond();
    expect(process.env[TEST_REDIS_VARIABLE]).toBe(url);
    await third();
    expect(process.env[TEST_REDIS_VARIABLE]).toBeUndefined();
  });
});
