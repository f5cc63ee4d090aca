import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ensureChromium,
  ensureServers,
  findChromium,
  findServers,
  freePort,
  isPortFree,
} from '../src/index.js';
import { ServersMissingError } from '../src/index.js';
import { findProgram } from '../src/find-servers.js';
import { BINLOG_FLAGS, COMMON_MYSQL_FLAGS, MARIADB_BINLOG_FLAGS } from '../src/mysql-flags.js';
import { COMMON_REDIS_FLAGS } from '../src/redis-server.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('finding programs', () => {
  it('prefers PATH, and skips what cannot be executed', () => {
    const dir = mkdtempSync(join(tmpdir(), 'dev-stack-test-'));
    try {
      const file = join(dir, 'redis-server');
      writeFileSync(file, '#!/bin/sh\n');
      chmodSync(file, 0o644);
      vi.stubEnv('PATH', dir);
      expect(findProgram('redis-server')).not.toBe(file);
      chmodSync(file, 0o755);
      expect(findProgram('redis-server')).toBe(file);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('finds servers in sbin although PATH leaves it out', () => {
    vi.stubEnv('PATH', '');
    expect(findServers().mysqld).toMatch(/\/(mariadbd|mysqld)$/);
    expect(findProgram('no-such-program')).toBeUndefined();
  });

  it('installs nothing when everything is there', async () => {
    const lines: string[] = [];
    await ensureServers((line) => lines.push(line));
    vi.stubEnv('QUEQIAO_CHROMIUM', process.execPath);
    expect(await ensureChromium((line) => lines.push(line))).toBe(process.execPath);
    expect(lines).toEqual([]);
  });

  it('takes no other browser than the one that was chosen', async () => {
    vi.stubEnv('QUEQIAO_CHROMIUM', '/no/such/browser');
    expect(findChromium()).toBeUndefined();
    await expect(ensureChromium()).rejects.toThrow('/no/such/browser is no program');
  });

  it('names both ways out when a server is missing', () => {
    const { message } = new ServersMissingError(['Redis'], 'no root');
    expect(message).toContain('apt-get install');
    expect(message).toContain('docker compose -f deploy/compose/dev.yaml up -d');
    expect(message).toContain('QUEQIAO_MYSQL_URL');
    expect(message).toContain('QUEQIAO_REDIS_URL');
  });
});

describe('free ports', () => {
  it('are free, and never given out twice', async () => {
    const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
    expect(new Set(ports).size).toBe(200);
    expect(await isPortFree(Number(ports[0]))).toBe(true);
  });
});

describe('deploy/compose/dev.yaml', () => {
  it('gives its containers the flags of the private servers', async () => {
    const file = join(import.meta.dirname, '../../../deploy/compose/dev.yaml');
    const text = await readFile(file, 'utf8');
    for (const flag of [...COMMON_MYSQL_FLAGS, ...BINLOG_FLAGS, ...MARIADB_BINLOG_FLAGS]) {
      expect(text).toContain(`      - ${flag}\n`);
    }
    const redis = COMMON_REDIS_FLAGS.map((flag) => `'${flag}'`).join(', ');
    expect(text).toContain(`['redis-server', ${redis}]`);
  });
});
