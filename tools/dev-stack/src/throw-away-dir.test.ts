import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeDir } from './throw-away-dir.js';

/** Makes files in a folder that it makes again and again, for two seconds, as a server does that was killed and is not gone yet. */
const WRITER = `
  const { mkdirSync, writeFileSync } = require('node:fs');
  const [dir] = process.argv.slice(1);
  const until = Date.now() + 2000;
  process.stdout.write('ready');
  for (let n = 0; Date.now() < until; n += 1) {
    try {
      mkdirSync(dir + '/' + (n % 50), { recursive: true });
      writeFileSync(dir + '/' + (n % 50) + '/file', '');
    } catch {}
  }
`;

it('a directory is removed although a dying server still writes to it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'queqiao-remove-'));
  const writers = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['-e', WRITER, dir], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const gone = Promise.all(writers.map((writer) => once(writer, 'exit')));
  await Promise.all(writers.map((writer) => once(writer.stdout, 'data')));
  removeDir(dir);
  await gone;
  removeDir(dir);
  expect(existsSync(dir)).toBe(false);
});
