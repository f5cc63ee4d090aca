import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';

/** Passwords of the two accounts. The default is for servers that listen on loopback only. */
export interface AccountPasswords {
  readonly queqiao: string;
  readonly queqiaoMigrate: string;
}

/** Root of such a server has no password at all, so these protect nothing. */
export const LOOPBACK_PASSWORDS: AccountPasswords = {
  queqiao: 'loopback',
  queqiaoMigrate: 'loopback',
};

/** One database with the two accounts that may use it. */
export interface CreatedDatabase {
  readonly name: string;
  /** The services' account: SELECT, INSERT, UPDATE, DELETE. */
  readonly url: string;
  /** The migrations' account: the same, and DDL in this database. */
  readonly migrateUrl: string;
  /** Root in this database, for inspection and for breaking things in tests. */
  readonly rootUrl: string;
  /** Drops the database; needless on a server that is thrown away. */
  drop(): Promise<void>;
}

const DML = 'SELECT, INSERT, UPDATE, DELETE';
const DDL = 'CREATE, ALTER, DROP, INDEX, REFERENCES, LOCK TABLES, CREATE TEMPORARY TABLES';
const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const CONNECT_TIMEOUT_MS = 30_000;

/** A name that no other test file or process uses: prefix, process id, random part. */
export function uniqueDatabaseName(prefix = 'test'): string {
  return `${prefix}_${process.pid}_${randomBytes(4).toString('hex')}`;
}

/** The same server with another account and database. Characters are escaped where needed. */
export function withAccount(serverUrl: string, user: string, password: string, db = ''): string {
  const url = new URL(serverUrl);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  url.pathname = `/${encodeURIComponent(db)}`;
  return url.toString();
}

/**
 * Creates a database, and the accounts `queqiao` and `queqiao_migrate` when the server does not
 * have them, and lets both use it. An existing account keeps its password. An existing database
 * keeps its tables. Throws when the name is not [a-z][a-z0-9_]{0,62} or the URL's account may not.
 */
export async function createDatabase(
  rootUrl: string,
  name: string,
  passwords: AccountPasswords = LOOPBACK_PASSWORDS,
): Promise<CreatedDatabase> {
  if (!NAME.test(name)) throw new Error(`not a database name: ${JSON.stringify(name)}`);
  await withConnection(rootUrl, async (connection) => {
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
    );
    await allow(connection, 'queqiao', passwords.queqiao, DML, name);
    await allow(connection, 'queqiao_migrate', passwords.queqiaoMigrate, `${DML}, ${DDL}`, name);
  });
  const root = new URL(rootUrl);
  root.pathname = `/${name}`;
  return {
    name,
    url: withAccount(rootUrl, 'queqiao', passwords.queqiao, name),
    migrateUrl: withAccount(rootUrl, 'queqiao_migrate', passwords.queqiaoMigrate, name),
    rootUrl: root.toString(),
    drop: () =>
      withConnection(rootUrl, async (connection) => {
        await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
      }),
  };
}

async function allow(
  connection: Connection,
  user: string,
  password: string,
  rights: string,
  database: string,
): Promise<void> {
  await connection.query(`CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY ?`, [password]);
  // An underscore in the database part of GRANT stands for any character.
  const pattern = database.replaceAll('_', '\\_');
  await connection.query(`GRANT ${rights} ON \`${pattern}\`.* TO '${user}'@'%'`);
}

/** Runs work on one connection of its own and closes it. */
export async function withConnection<T>(
  url: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await createConnection({ uri: url, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    return await work(connection);
  } finally {
    connection.destroy();
  }
}
