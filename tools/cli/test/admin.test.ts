import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { testMysql, type CreatedDatabase } from '@queqiao/dev-stack';
import { parseAppId } from '@queqiao/domain';
import type { Database } from '@queqiao/store-mysql';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runAdmin } from '../src/admin/commands.js';
import { openStore } from '../src/admin/open-store.js';

const tools = resolve(import.meta.dirname, '../..');
let created: CreatedDatabase;
let database: Database;

beforeAll(async () => {
  created = await (await testMysql()).createDatabase();
  database = openStore(created.url);
});
afterAll(async () => {
  await database.close();
  await created.drop();
});

async function run(tool: string, ...args: string[]) {
  const env = { ...process.env, QUEQIAO_MYSQL_URL: created.url };
  const result = promisify(execFile)(resolve(tools, tool), args, { env });
  return result.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

/** In this process; one command goes through the launcher below. */
async function admin(...words: string[]): Promise<Record<string, string>> {
  const flag = words.indexOf('--alg');
  const alg = flag < 0 ? undefined : words[flag + 1];
  const plain = flag < 0 ? words : words.slice(0, flag);
  return (await runAdmin(database.apps, { words: plain, alg })) as Record<string, string>;
}

it('takes an empty database to an app with keys, a credential and settings', async () => {
  const migrateWith = (...args: string[]) => run('migrate', '--url', created.migrateUrl, ...args);
  expect((await migrateWith('--status')).code).toBe(3);
  expect((await migrateWith()).stdout).toContain('applied 0001-');
  expect((await migrateWith()).stdout).toContain('nothing to do');

  const app = parseAppId('demo');
  const made = await run('admin', 'app', 'create', 'demo', '--name', 'Demo', '--json');
  expect(JSON.parse(made.stdout)).toEqual({ app: 'demo', name: 'Demo', created: true });
  const refused = await run('admin', 'app', 'create', 'demo');
  expect([refused.code, refused.stderr.trim()]).toEqual([1, 'app demo exists already']);
  await expect(admin('app', 'create', 'demo')).rejects.toThrow('exists already');

  const shared = await admin('key', 'add', 'demo');
  const stored = await database.apps.signingKey(app, shared['kid'] ?? '');
  expect(stored).toMatchObject({
    alg: 'HS256',
    secret: Buffer.from(shared['secret'] ?? '', 'base64'),
  });
  await admin('key', 'retire', 'demo', shared['kid'] ?? '');
  expect(await database.apps.signingKey(app, shared['kid'] ?? '')).toMatchObject({ retired: true });

  const pair = await admin('key', 'add', 'demo', '--alg', 'EdDSA');
  const privateKey = await importJWK(JSON.parse(pair['secret'] ?? '') as object);
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
  const key = await database.apps.signingKey(app, pair['kid'] ?? '');
  if (key?.alg !== 'EdDSA') throw new Error('the key was not kept');
  expect(key.publicJwk).not.toContain('"d"');
  await jwtVerify(token, await importJWK(JSON.parse(key.publicJwk) as object));

  const { credential = '', credentialId = '' } = await admin('credential', 'add', 'demo');
  const [scheme, of, id, secret = ''] = credential.split('.');
  expect([scheme, of, id]).toEqual(['qq1', 'demo', credentialId]);
  const hash = createHash('sha256').update(secret).digest();
  expect(await database.apps.credential(app, credentialId)).toMatchObject({ secretHash: hash });
  await admin('credential', 'revoke', 'demo', credentialId);
  expect(await database.apps.credential(app, credentialId)).toMatchObject({ revoked: true });

  await admin('app', 'settings', 'demo', 'set', 'maxTextBytes=99');
  expect(await admin('app', 'settings', 'demo', 'get')).toMatchObject({ maxTextBytes: 99 });
  const operations = readFileSync(resolve(tools, '../docs/operations.md'), 'utf8');
  const settings = Object.keys(await admin('app', 'settings', 'demo', 'get'));
  expect(settings.filter((name) => !operations.includes(`\n${name}: `))).toEqual([]);
  await expect(admin('app', 'settings', 'demo', 'set', 'maxTextBytes=0')).rejects.toThrow(
    'maxTextBytes',
  );
  await admin('app', 'suspend', 'demo');
  expect(await admin('app', 'show', 'demo')).toMatchObject({ status: 'suspended' });
  await admin('app', 'resume', 'demo');
  await expect(admin('key', 'add', 'nobody')).rejects.toThrow('no app nobody');
  await expect(admin('app', 'destroy', 'demo')).rejects.toThrow('usage');
});
