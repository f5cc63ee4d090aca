import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { binary, root } from './workspace.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'queqiao-bundle-'));
  mkdirSync(join(dir, 'src'));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function bundle(...args: string[]): void {
  const script = join(root, 'tools/build/src/bundle.ts');
  const result = spawnSync(binary('tsx'), [script, ...args], { cwd: dir, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
}

/** Runs the bundle where nothing is installed, as in an image. */
function run(): { status: number | null; stdout: string; stderr: string } {
  rmSync(join(dir, 'node_modules'));
  return spawnSync('node', ['dist/main.js'], { cwd: dir, encoding: 'utf8' });
}

test('a bundled service needs nothing installed, not even for health and reflection', () => {
  writeFileSync(
    join(dir, 'src/main.ts'),
    `import { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, service } from 'grpc-health-check';
import { createPool } from 'mysql2';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { descriptorSet } from '@queqiao/protocol/descriptor';
const server = new Server();
new HealthImplementation({ '': 'SERVING' }).addToServer(server);
new ReflectionService({ Health: service } as never).addToServer(server);
pino().info({ mysql: typeof createPool, redis: typeof Redis }, 'loaded');
if (descriptorSet().length > 0) console.log('descriptors inside');
`,
  );
  bundle('service');
  const { status, stdout, stderr } = run();
  expect(stderr).toBe('');
  expect(stdout).toContain('"mysql":"function","redis":"function"');
  expect(stdout).toContain('descriptors inside');
  expect(status).toBe(0);
});

test('a browser bundle carries no Node module', () => {
  writeFileSync(join(dir, 'src/main.ts'), "import { join } from 'node:path';\njoin('a', 'b');\n");
  expect(() => bundle('browser')).toThrow('node:path');
});
