import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPortFree, PortTakenError, startMysql } from '../src/index.js';
import type { MysqlServer, UnexpectedExit } from '../src/index.js';

async function query(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection: Connection = await createConnection({ uri: url, connectTimeout: 5_000 });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}

describe('a throw-away database', () => {
  const exits: UnexpectedExit[] = [];
  let server: MysqlServer;

  beforeAll(async () => {
    server = await startMysql({ onExit: (exit) => exits.push(exit) });
  });
  afterAll(() => server.stop());

  it('commits durably, writes a row-format binary log and speaks utf8mb4 in UTC', async () => {
    const [row] = await query(
      server.rootUrl,
      `SELECT @@innodb_flush_log_at_trx_commit AS flush, @@sync_binlog AS sync, @@log_bin AS binlog,
              @@binlog_format AS format, @@collation_server AS collation, @@time_zone AS zone,
              @@bind_address AS address, @@innodb_buffer_pool_size AS pool`,
    );
    expect(row).toEqual({
      flush: 1,
      sync: 1,
      binlog: 1,
      format: 'ROW',
      collation: 'utf8mb4_unicode_520_ci',
      zone: '+00:00',
      address: '127.0.0.1',
      pool: 256 * 1024 * 1024,
    });
  });

  it('gives the services DML and the migrations DDL, each in its database only', async () => {
    const mine = await server.createDatabase();
    const other = await server.createDatabase();
    const inOther = `SELECT * FROM \`${other.name}\`.note`;
    await query(mine.migrateUrl, 'CREATE TABLE note (id INT PRIMARY KEY)');
    await query(other.migrateUrl, 'CREATE TABLE note (id INT PRIMARY KEY)');
    await query(mine.url, 'INSERT INTO note VALUES (1)');
    expect(await query(mine.url, 'SELECT id FROM note')).toEqual([{ id: 1 }]);
    await expect(query(mine.url, 'DROP TABLE note')).rejects.toMatchObject({ errno: 1142 });
    await expect(query(mine.url, 'CREATE TABLE more (id INT)')).rejects.toMatchObject({
      errno: 1142,
    });
    await expect(query(mine.migrateUrl, 'CREATE DATABASE third')).rejects.toMatchObject({
      errno: 1044,
    });
    // The accounts are the server's, so both databases are open to them, and others are not.
    expect(await query(mine.url, inOther)).toEqual([]);
    await expect(query(mine.url, 'SELECT * FROM mysql.user')).rejects.toMatchObject({
      errno: 1142,
    });
    await mine.drop();
    await expect(query(mine.rootUrl, 'SELECT 1')).rejects.toMatchObject({ errno: 1049 });
  });

  it('refuses names that could be SQL', async () => {
    await expect(server.createDatabase('a`; DROP DATABASE mysql')).rejects.toThrow(
      'not a database name',
    );
  });

  it('does not match a similar name by the underscore in a grant', async () => {
    await server.createDatabase('one_two');
    await query(server.rootUrl, 'CREATE DATABASE onextwo');
    const url = server.url('onextwo', 'queqiao', 'loopback');
    await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ errno: 1044 });
  });

  it('keeps what was committed across a clean restart and across SIGKILL', async () => {
    const db = await server.createDatabase();
    await query(db.migrateUrl, 'CREATE TABLE note (id INT PRIMARY KEY)');
    await query(db.url, 'INSERT INTO note VALUES (1)');
    const before = server.pid;
    await server.restart();
    expect(server.pid).not.toBe(before);
    await query(db.url, 'INSERT INTO note VALUES (2)');
    await server.kill('SIGKILL');
    expect(server.pid).toBeUndefined();
    await expect(query(db.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    expect(await query(db.url, 'SELECT id FROM note ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
    expect(exits).toEqual([]);
  });

  it('answers nothing while it is paused, and the waiting query afterwards', async () => {
    const connection = await createConnection({ uri: server.rootUrl });
    try {
      server.pause();
      const early = createConnection({ uri: server.rootUrl, connectTimeout: 200 });
      await expect(early).rejects.toMatchObject({ code: 'ETIMEDOUT' });
      const waiting = connection.query<RowDataPacket[]>('SELECT 7 AS seven');
      server.resume();
      expect((await waiting)[0]).toEqual([{ seven: 7 }]);
    } finally {
      server.resume();
      connection.destroy();
    }
  });

  it('reports an end that nobody asked for, once, with its signal', async () => {
    const told = new Promise<UnexpectedExit>((resolve) => {
      void startMysql({ onExit: resolve }).then((victim) => {
        process.kill(Number(victim.pid), 'SIGKILL');
      });
    });
    expect(await told).toMatchObject({ code: null, signal: 'SIGKILL' });
  });
});

describe('a database with a directory', () => {
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'dev-stack-test-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('still has its data after stop() and a new start', async () => {
    const first = await startMysql({ dir });
    const db = await first.createDatabase('kept');
    await query(db.migrateUrl, 'CREATE TABLE note (id INT PRIMARY KEY)');
    await query(db.url, 'INSERT INTO note VALUES (5)');
    await first.stop();
    await first.stop();
    expect(await isPortFree(first.port)).toBe(true);
    const second = await startMysql({ dir, binlog: false });
    try {
      const again = await second.createDatabase('kept');
      expect(await query(again.url, 'SELECT id FROM note')).toEqual([{ id: 5 }]);
      expect(await query(again.url, 'SELECT @@log_bin AS binlog')).toEqual([{ binlog: 0 }]);
    } finally {
      await second.stop();
    }
  });

  it('says that the port is taken, and touches neither the other server nor the data', async () => {
    const first = await startMysql();
    try {
      const dataDirName = first.version.includes('MariaDB') ? 'mariadb' : 'mysql';
      await expect(startMysql({ dir, port: first.port })).rejects.toBeInstanceOf(PortTakenError);
      expect(await query(first.rootUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(readdirSync(dir, { recursive: true })).toContain(join(dataDirName, 'kept'));
    } finally {
      await first.stop();
    }
  });

  it('shows the log when the server does not start', async () => {
    const started = startMysql({ extraArgs: ['--no-such-flag'] });
    await expect(started).rejects.toThrow(/did not start[\s\S]*no-such-flag/);
  });
});
