import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nameFindings, textFindings } from './conventions.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Files that are committed or would be: tracked and new ones, not the ignored. */
function files(): string[] {
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  return listed.stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}

const findings = files().flatMap((file) => [
  ...nameFindings(file),
  ...(/\.(?:png|ico|jpe?g|webp|woff2?|gz|zip|binpb)$/.test(file)
    ? []
    : textFindings(file, readFileSync(join(root, file), 'utf8'))),
]);
for (const { file, line, what } of findings) console.error(`${file}:${line} ${what}`);
if (findings.length > 0) process.exitCode = 1;
