import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  freePort,
  ServiceProcess,
  testMysql,
  testRedis,
  type CreatedDatabase,
} from '@queqiao/dev-stack';
import { parseAppId } from '@queqiao/domain';
import { createRegistry, silentLogger, systemClock } from '@queqiao/runtime';
import { createDatabase, migrate, type Database } from '@queqiao/store-mysql';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AdminDoor } from '../src/admin/admin-door.js';
import { runAdmin } from '../src/admin/commands.js';
import { newOperatorSecret, operatorHash } from '../src/admin/operator-secret.js';

const tools = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'queqiao-admin-'));
const secret = newOperatorSecret();
let created: CreatedDatabase;
let database: Database;
let logic: ServiceProcess;
let address: string;
let door: AdminDoor;

beforeAll(async () => {
  created = await (await testMysql()).createDatabase();
  await migrate(created.migrateUrl);
  database = createDatabase({
    url: created.url,
    poolSize: 1,
    appendPoolSize: 1,
    statementTimeoutMs: 10_000,
    tenantGuard: true,
    clock: systemClock,
    logger: silentLogger(),
    metrics: createRegistry({ service: 'test', node: 'test' }),
  });
  logic = await startLogic();
  door = new AdminDoor(address, secret);
});
afterAll(async () => {
  door.close();
  await logic.kill();
  await database.close();
  await created.drop();
  rmSync(dir, { recursive: true, force: true });
});

async function startLogic(): Promise<ServiceProcess> {
  const [grpc, operations] = [await freePort(), await freePort()];
  const node = new ServiceProcess({
    name: 'logic-1',
    script: resolve(tools, '../apps/logic/dist/main.js'),
    operationsPort: operations,
    logFile: join(dir, 'logic.log'),
    env: {
      QUEQIAO_PROFILE: 'test',
      QUEQIAO_NODE_ID: 'logic-1',
      QUEQIAO_HOST: '127.0.0.1',
      QUEQIAO_OPERATIONS_PORT: String(operations),
      QUEQIAO_MYSQL_URL: created.url,
      QUEQIAO_REDIS_URL: (await testRedis()).url,
      QUEQIAO_GRPC_PORT: String(grpc),
      QUEQIAO_LINK_PORT: '0',
      QUEQIAO_OPERATOR_SECRET_SHA256: operatorHash(secret),
    },
  });
  address = `127.0.0.1:${grpc}`;
  await node.start();
  return node;
}

/** The tool as people start it. */
async function run(given: string, ...args: string[]) {
  const own = { QUEQIAO_GRPC_URL: address, QUEQIAO_OPERATOR_SECRET: given };
  const env = { ...process.env, ...own };
  const result = promisify(execFile)(resolve(tools, 'admin'), args, { env });
  return result.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

type Answer = Record<string, string>;

/** In this process. */
async function admin(...words: string[]): Promise<Answer> {
  return (await runAdmin(door, { words })) as Answer;
}

it('makes an app with keys, a credential and settings, as an operator', async () => {
  const app = parseAppId('demo');
  const made = await run(secret, 'app', 'create', 'demo', '--name', 'Demo', '--json');
  expect(JSON.parse(made.stdout)).toEqual({ app: 'demo', name: 'Demo', created: true });
  const refused = await run(secret, 'app', 'create', 'demo');
  expect([refused.code, refused.stderr.trim()]).toEqual([1, 'ALREADY_EXISTS: the id is taken']);
  const stranger = await run(newOperatorSecret(), 'app', 'show', 'demo');
  expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringMatching(/^UNAUTHENTICATED/)]);

  const shared = await admin('key', 'add', 'demo');
  const stored = await database.apps.signingKey(app, shared['kid'] ?? '');
  expect(stored).toMatchObject({
    alg: 'HS256',
    secret: Buffer.from(shared['secret'] ?? '', 'base64'),
  });
  await runAdmin(door, { words: ['key', 'retire', 'demo', shared['kid'] ?? ''], at: '2000-01-01' });
  expect(await database.apps.signingKey(app, shared['kid'] ?? '')).toMatchObject({ retired: true });

  const pair = (await runAdmin(door, {
    words: ['key', 'add', 'demo'],
    alg: 'EdDSA',
    kid: 'ed',
  })) as Answer;
  const privateKey = await importJWK(JSON.parse(pair['secret'] ?? '') as object);
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
  const key = await database.apps.signingKey(app, 'ed');
  if (key?.alg !== 'EdDSA') throw new Error('the key was not kept');
  expect(key.publicJwk).not.toContain('"d"');
  await jwtVerify(token, await importJWK(JSON.parse(key.publicJwk) as object));
  expect(await admin('key', 'list', 'demo')).toMatchObject({ ed: { alg: 'EdDSA', retired: null } });

  const words = ['credential', 'add', 'demo'];
  const { credential = '', credentialId = '' } = (await runAdmin(door, {
    words,
    scopes: 'read',
  })) as Answer;
  const [scheme, of, id, hidden = ''] = credential.split('.');
  expect([scheme, of, id]).toEqual(['qq1', 'demo', credentialId]);
  const secretHash = createHash('sha256').update(hidden).digest();
  const scopes = ['read'];
  expect(await database.apps.credential(app, credentialId)).toMatchObject({ secretHash, scopes });
  await admin('credential', 'revoke', 'demo', credentialId);
  expect(await database.apps.credential(app, credentialId)).toMatchObject({ revoked: true });
  const listed = await admin('credential', 'list', 'demo');
  expect(listed[credentialId]).toMatchObject({ scopes });
});

it('sets what the service allows, and ends an app in two steps', async () => {
  await admin('app', 'create', 'shop');
  await admin('app', 'settings', 'shop', 'set', 'maxTextBytes=99');
  expect(await admin('app', 'settings', 'shop', 'get')).toMatchObject({ maxTextBytes: 99 });
  const operations = readFileSync(resolve(tools, '../docs/operations.md'), 'utf8');
  const settings = Object.keys(await admin('app', 'settings', 'shop', 'get'));
  expect(settings.filter((name) => !operations.includes(`\n${name}: `))).toEqual([]);
  await expect(admin('app', 'settings', 'shop', 'set', 'maxTextBytes=0')).rejects.toThrow(
    'maxTextBytes',
  );
  await expect(admin('app', 'delete', 'shop')).rejects.toThrow('suspended');
  await admin('app', 'suspend', 'shop');
  expect(await admin('app', 'show', 'shop')).toMatchObject({ status: 'suspended' });
  await admin('app', 'resume', 'shop');
  await admin('app', 'suspend', 'shop');
  expect(await admin('app', 'delete', 'shop')).toEqual({ app: 'shop', deleted: true });
  expect(Object.keys(await admin('app', 'list'))).not.toContain('shop');
  const entries = Object.values(await admin('audit', 'list', 'shop'));
  expect(entries[0]).toMatchObject({ method: 'DeleteApp', outcome: 'OK' });
  await expect(admin('key', 'add', 'nobody')).rejects.toThrow('no such app');
  await expect(admin('app', 'destroy', 'demo')).rejects.toThrow('no command "app destroy"');
});

it('goes through the whole audit log, page by page', async () => {
  await admin('app', 'create', 'busy');
  for (let n = 1; n <= 100; n += 1) {
    await admin('app', 'settings', 'busy', 'set', `maxTextBytes=${n}`);
  }
  const { next, ...first } = await admin('audit', 'list', 'busy');
  expect(Object.keys(first)).toHaveLength(100);
  const page = { words: ['audit', 'list', 'busy'], page: String(next) };
  const rest = Object.values(await runAdmin(door, page));
  expect(rest).toEqual([expect.objectContaining({ method: 'CreateApp' })]);
});

it('makes secrets of operators, each with the hash that services are given', async () => {
  const made = await run(secret, 'operator', 'new', '--json');
  const answer = JSON.parse(made.stdout) as { secret: string; sha256: string };
  expect(operatorHash(answer.secret)).toBe(answer.sha256);
  expect(() => operatorHash('qqop.short')).toThrow('qqop.');
});
