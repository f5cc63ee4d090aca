import { fileURLToPath } from 'node:url';
import { openConnection } from '../connection/open-connection.js';
import type { StoreConnection } from '../connection/store-connection.js';
import { readMigrations, type Migration } from './migration-files.js';

export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly applied_ms: number;
}

export interface MigrationStatus {
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly { readonly number: number; readonly name: string }[];
}

const CONNECT_TIMEOUT_MS = 10_000;
/** A migration may rebuild a large table. */
const STATEMENT_TIMEOUT_MS = 3_600_000;
/** How long a second runner waits for the first. */
const LOCK_WAIT_S = 60;

/** The folder of this repository; a service's image has none, because migrations are run from a checkout. */
export function migrationsDirectory(): string {
  return fileURLToPath(new URL('../../../../sql/migrations', import.meta.url));
}

/**
 * Brings a database up to date, one file after the other; returns the names of those that were run. Runners at the same
 * time wait for each other. DDL commits by itself: a file that fails half-way is not recorded, so write files that can be
 * looked at and repaired. Throws when an applied file was changed or is missing.
 */
export async function migrate(url: string, directory = migrationsDirectory()): Promise<string[]> {
  const migrations = await readMigrations(directory);
  return withConnection(url, async (connection) => {
    await lock(connection);
    await run(connection, CREATE_TABLE);
    const applied = await readApplied(connection);
    checkApplied(applied, migrations);
    const pending = migrations.slice(applied.length);
    for (const migration of pending) await apply(connection, migration);
    return pending.map(({ name }) => name);
  });
}

/** What is done and what is left, without changing anything. Throws like migrate. */
export async function migrationStatus(
  url: string,
  directory = migrationsDirectory(),
): Promise<MigrationStatus> {
  const migrations = await readMigrations(directory);
  return withConnection(url, async (connection) => {
    const tables = await run<unknown[]>(connection, "SHOW TABLES LIKE 'schema_migrations'");
    const applied = tables.length === 0 ? [] : await readApplied(connection);
    checkApplied(applied, migrations);
    const pending = migrations.slice(applied.length).map(({ number, name }) => ({ number, name }));
    return { applied, pending };
  });
}

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  number INT NOT NULL,
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  checksum VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  applied_ms BIGINT NOT NULL,
  PRIMARY KEY (number)
) ENGINE=InnoDB`;

async function withConnection<T>(
  url: string,
  work: (connection: StoreConnection) => Promise<T>,
): Promise<T> {
  const connection = await openConnection({
    url,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    multipleStatements: false,
    check: () => undefined,
  });
  try {
    return await work(connection);
  } finally {
    connection.destroy();
  }
}

/** Held until the connection ends. The name holds the database's, because these locks are the whole server's. */
async function lock(connection: StoreConnection): Promise<void> {
  const sql = `SELECT GET_LOCK(CONCAT('queqiao_migrate.', LEFT(DATABASE(), 40)), ${LOCK_WAIT_S}) AS held`;
  const [row] = await run<{ held: number | null }[]>(connection, sql);
  if (row?.held !== 1) throw new Error('another migration is running on this database');
}

function readApplied(connection: StoreConnection): Promise<AppliedMigration[]> {
  const sql = 'SELECT number, name, checksum, applied_ms FROM schema_migrations ORDER BY number';
  return run(connection, sql);
}

function checkApplied(applied: readonly AppliedMigration[], known: readonly Migration[]): void {
  applied.forEach((row, index) => {
    const file = known[index];
    if (file === undefined) throw new Error(`migration ${row.name} is applied but has no file`);
    if (file.number !== row.number || file.name !== row.name || file.checksum !== row.checksum) {
      throw new Error(`migration ${row.name} was changed after it was applied`);
    }
  });
}

async function apply(connection: StoreConnection, migration: Migration): Promise<void> {
  for (const [index, sql] of migration.statements.entries()) {
    const operation = `migration ${migration.name}, statement ${index + 1}`;
    await connection.query({ sql, operation });
  }
  await connection.query({
    sql:
      'INSERT INTO schema_migrations (number, name, checksum, applied_ms) ' +
      'VALUES (?, ?, ?, CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED))',
    values: [migration.number, migration.name, migration.checksum],
    operation: `recording migration ${migration.name}`,
  });
}

function run<T>(connection: StoreConnection, sql: string): Promise<T> {
  return connection.query<T>({ sql, operation: 'migrate' });
}
