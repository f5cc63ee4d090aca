import { Socket } from 'node:net';
import { Registry, systemClock, type Clock } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { createConnection, type QueryOptions } from 'mysql2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionPool } from '../../src/connection/connection-pool.js';
import { openConnection } from '../../src/connection/open-connection.js';
import { StoreConnection } from '../../src/connection/store-connection.js';
import { createTenantGuard } from '../../src/connection/tenant-guard.js';
import {
  StoreDefect,
  StoreUnavailable,
  TenantGuardViolation,
  TransientStoreError,
} from '../../src/index.js';
import { StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;
const pools: ConnectionPool[] = [];

beforeAll(async () => {
  rig = await StoreRig.start();
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close(0)));
  await rig.stop();
});

function openPool(more: { clock?: Clock; statementTimeoutMs?: number } = {}) {
  const registry = new Registry();
  const pool = new ConnectionPool({
    name: 'general',
    size: 2,
    maxWaiting: 1,
    acquireTimeoutMs: 5_000,
    open: () =>
      openConnection({
        url: rig.created.url,
        connectTimeoutMs: 30_000,
        statementTimeoutMs: more.statementTimeoutMs ?? 5_000,
        multipleStatements: false,
        check: createTenantGuard(),
      }),
    clock: more.clock ?? systemClock,
    logger: silentLogger(),
    metrics: registry,
  });
  pools.push(pool);
  return { pool, registry };
}

const run = (connection: StoreConnection, sql: string, values?: unknown[]) =>
  connection.query({ sql, operation: 'test', ...(values === undefined ? {} : { values }) });

async function acquired(pool: ConnectionPool): Promise<StoreConnection> {
  for (;;) {
    const connection = await pool.acquire().catch(() => undefined);
    if (connection !== undefined) return connection;
  }
}

describe('a pool', () => {
  it('refuses callers beyond its queue at once, and serves those in it in turn', async () => {
    const { pool, registry } = openPool();
    const held = await Promise.all([pool.acquire(), pool.acquire()]);
    const waiting = pool.acquire();
    await expect(pool.acquire()).rejects.toBeInstanceOf(StoreUnavailable);
    pool.release(held[0]);
    expect(await waiting).toBe(held[0]);
    expect(await registry.metrics()).toContain('reason="queue_full"} 1');
  });

  it('refuses those who waited too long, and forgets them', async () => {
    const clock = new FakeClock();
    const { pool } = openPool({ clock });
    const held = await Promise.all([pool.acquire(), pool.acquire()]);
    const waiting = pool.acquire();
    clock.advance(4_999);
    pool.release(held[0]);
    expect(await waiting).toBe(held[0]);
    const late = pool.acquire();
    clock.advance(5_000);
    await expect(late).rejects.toThrow('in time');
    pool.release(held[1]);
    expect(await pool.acquire()).toBe(held[1]);
  });

  it('replaces a connection that was lost, also for those who wait', async () => {
    const { pool } = openPool();
    const held = await Promise.all([pool.acquire(), pool.acquire()]);
    const waiting = pool.acquire();
    const [row] = (await run(held[0], 'SELECT CONNECTION_ID() AS id')) as { id: number }[];
    await rig.root.query(`KILL ${row?.id ?? 0}`);
    await expect(run(held[0], 'SELECT 1')).rejects.toBeInstanceOf(TransientStoreError);
    pool.release(held[0]);
    const fresh = await waiting;
    expect(fresh).not.toBe(held[0]);
    expect(await run(fresh, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('pings what is idle every three seconds, well before the server drops it', async () => {
    const clock = new FakeClock();
    const { pool } = openPool({ clock });
    const pings = async (): Promise<number> => {
      const connections = [await pool.acquire(), await pool.acquire()];
      const counts = connections.map(async (connection) => {
        const sql = "SHOW SESSION STATUS LIKE 'Com_do'";
        const [row] = (await run(connection, sql)) as { Value: string }[];
        return Number(row?.Value);
      });
      const all = await Promise.all(counts);
      for (const connection of connections) pool.release(connection);
      return all.reduce((sum, count) => sum + count, 0);
    };
    const before = await pings();
    clock.advance(3_000);
    expect(await pings()).toBe(before + 2);
  });

  it('takes back a connection only once', async () => {
    const { pool } = openPool();
    const connection = await pool.acquire();
    pool.release(connection);
    pool.release(connection);
    expect(await pool.acquire()).not.toBe(await pool.acquire());
  });

  it('ends what is under way when it closes', async () => {
    const { pool } = openPool();
    const connection = await pool.acquire();
    const sleeping = run(connection, 'SELECT SLEEP(30)');
    await Promise.all([
      expect(sleeping).rejects.toBeInstanceOf(TransientStoreError),
      pool.close(20),
    ]);
    await expect(pool.acquire()).rejects.toThrow('closed');
  });
});

describe('a connection', () => {
  it('works at READ COMMITTED, and refuses to work on a server that does not do it', async () => {
    const { pool } = openPool();
    const sql =
      "SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')";
    const mine = (await run(await pool.acquire(), sql)) as { Value: string }[];
    expect([...new Set(mine.map(({ Value }) => Value))]).toEqual(['READ-COMMITTED']);
    const raw = createConnection({ uri: rig.created.url });
    const query = raw.query.bind(raw) as (options: QueryOptions, done: unknown) => unknown;
    const stubborn = (options: QueryOptions, done: unknown): unknown =>
      query(options.sql.includes('ISOLATION') ? { ...options, sql: 'DO 0' } : options, done);
    raw.query = stubborn as typeof raw.query;
    const limits = { statementTimeoutMs: 5_000, check: () => undefined };
    const connection = new StoreConnection(raw, new Socket(), limits);
    await expect(connection.prepare()).rejects.toThrow('isolation is REPEATABLE-READ');
    connection.destroy();
  });

  it('gives locks up soon, its own and those it waits for, so that a frozen node holds nobody', async () => {
    const { pool } = openPool();
    const connection = await pool.acquire();
    const rows = await connection.query<{ Variable_name: string; Value: string }[]>({
      sql: "SHOW SESSION VARIABLES WHERE Variable_name IN ('innodb_lock_wait_timeout', 'wait_timeout')",
      operation: 'test',
    });
    const values = new Map(rows.map((row) => [row.Variable_name, Number(row.Value)]));
    expect(values.get('innodb_lock_wait_timeout')).toBe(3);
    expect(values.get('wait_timeout')).toBe(10);
  });

  it('is given up when a statement takes too long', async () => {
    const { pool } = openPool({ statementTimeoutMs: 500 });
    // What sets a connection up has no longer either.
    const connection = await acquired(pool);
    await expect(run(connection, 'SELECT SLEEP(30)')).rejects.toBeInstanceOf(TransientStoreError);
    expect(connection.broken).toBe(true);
  });

  it('refuses integers that it cannot hold exactly, and keeps those that it can', async () => {
    const { pool } = openPool();
    const connection = await pool.acquire();
    const largest = Number.MAX_SAFE_INTEGER;
    expect(await run(connection, `SELECT CAST(${largest} AS SIGNED) AS n`)).toEqual([
      { n: largest },
    ]);
    const beyond = run(connection, 'SELECT CAST(9007199254740993 AS SIGNED) AS n');
    await expect(beyond).rejects.toThrow('n is beyond 2^53');
    expect(await run(connection, 'SELECT CAST(NULL AS SIGNED) AS n')).toEqual([{ n: null }]);
  });

  it('refuses objects as values: they would become SQL', async () => {
    const { pool } = openPool();
    const connection = await pool.acquire();
    const sneaky = run(connection, 'SELECT 1 FROM users WHERE app_id = ?', [{ app_id: 1 }]);
    await expect(sneaky).rejects.toBeInstanceOf(StoreDefect);
  });

  it('does not send a statement that the guard refuses', async () => {
    const { pool } = openPool();
    const connection = await pool.acquire();
    const planted = run(connection, 'DELETE FROM users');
    await expect(planted).rejects.toBeInstanceOf(TenantGuardViolation);
  });

  it('tells nothing of the statement in its errors', async () => {
    const { pool } = openPool();
    const connection = await pool.acquire();
    const sql = "SELECT 'a secret message' FROM users WHERE app_id = nonsense";
    const failure = await run(connection, sql).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreDefect);
    const everything = `${String(failure)} ${JSON.stringify(failure)} ${String((failure as Error).cause)}`;
    expect(everything).not.toMatch(/secret|nonsense/);
  });
});
