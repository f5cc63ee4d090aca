import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PortTakenError } from '@queqiao/dev-stack';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearTheWay, type Way } from './clear-the-way.js';
import { placesOf } from './nodes.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'queqiao-up-'));
  for (const dir of ['mysql', 'redis', 'logs', 'templates']) mkdirSync(join(dataDir, dir));
  writeFileSync(join(dataDir, 'mysql', 'table'), 'rows');
  writeFileSync(join(dataDir, 'demo-app.json'), '{}');
});
afterEach(() => rmSync(dataDir, { recursive: true }));

async function way(changes: Partial<Way> = {}): Promise<Way> {
  const places = [{ name: 'the database', port: await freePort() }];
  return { places, dataDir, reset: true, mysqlUrl: undefined, ...changes };
}

it('removes what a system wrote when that is wanted, and nothing else', async () => {
  await clearTheWay(await way({ reset: false }));
  expect(readdirSync(dataDir)).toHaveLength(5);
  await clearTheWay(await way());
  expect(readdirSync(dataDir)).toEqual(['templates']);
});

it('touches nothing beside a running system, and names who cannot start where', async () => {
  const running = createServer().listen(0, '127.0.0.1');
  await once(running, 'listening');
  const { port } = running.address() as { port: number };
  const free = { name: 'Redis', port: await freePort() };
  const places = [free, { name: 'connect-2', port }];
  for (const reset of [true, false]) {
    const refused = clearTheWay(await way({ places, reset }));
    await expect(refused).rejects.toBeInstanceOf(PortTakenError);
    await expect(refused).rejects.toMatchObject({ server: 'connect-2', port });
  }
  running.close();
  expect(existsSync(join(dataDir, 'mysql', 'table'))).toBe(true);
});

it('does not pretend to empty a database that was given by URL', async () => {
  const mysqlUrl = 'mysql://root@192.0.2.1:3306';
  await clearTheWay(await way({ mysqlUrl, reset: false }));
  await expect(clearTheWay(await way({ mysqlUrl }))).rejects.toThrow('QUEQIAO_MYSQL_URL');
  expect(readdirSync(dataDir)).toHaveLength(5);
});

it('looks at every port of every node, and not at those of servers given by URL', () => {
  const counts = { logic: 2, connect: 1 };
  const own = placesOf(counts, { mysql: undefined, redis: undefined });
  expect(own.map(({ port }) => port)).toEqual([
    13_306, 16_379, 9082, 9092, 9093, 9182, 9192, 9193, 9081, 9091, 9080, 9090,
  ]);
  const given = placesOf(counts, { mysql: 'mysql://h', redis: 'redis://h' });
  expect(given).toEqual(own.slice(2));
});
