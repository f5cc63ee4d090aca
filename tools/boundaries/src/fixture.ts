import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packages } from '../package-table.mjs';

/** Absolute path of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url)).replace(/[/\\]$/, '');

/** One import that a rule refused. `from` and `to` are paths below the workspace. */
export interface Violation {
  rule: string;
  from: string;
  to: string;
}

interface CruiseReport {
  summary: { violations: { rule: { name: string }; from: string; to: string }[] };
}

/** The same settings and command as the gate, on another workspace. */
export function cruise(workspace: string): Violation[] {
  const result = spawnSync(
    join(root, 'node_modules/.bin/depcruise'),
    ['--config', 'tools/boundaries/dependency-cruiser.mjs', '--output-type', 'json'].concat([
      'libs',
      'apps',
      'tools',
    ]),
    { cwd: workspace, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (result.stdout === '') throw new Error(`dependency-cruiser said: ${result.stderr}`);
  const report = JSON.parse(result.stdout) as CruiseReport;
  return report.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

/**
 * A throw-away workspace with every package of this one, all empty, the installed libraries linked
 * in, and the given source files. The caller removes it.
 */
export function plantedWorkspace(files: Record<string, string>): {
  dir: string;
  remove: () => void;
} {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'queqiao-boundaries-')));
  mkdirSync(join(dir, 'node_modules/@queqiao'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@queqiao') continue;
    symlinkSync(join(root, 'node_modules', name), join(dir, 'node_modules', name));
  }
  for (const name of ['package.json', 'tsconfig.base.json'])
    cpSync(join(root, name), join(dir, name));
  for (const [name, row] of Object.entries(packages)) {
    mkdirSync(join(dir, row.dir, 'src'), { recursive: true });
    cpSync(join(root, row.dir, 'package.json'), join(dir, row.dir, 'package.json'));
    writeFileSync(join(dir, row.dir, 'src/index.ts'), 'export {};\n');
    symlinkSync(join(dir, row.dir), join(dir, 'node_modules/@queqiao', name));
  }
  for (const name of ['dependency-cruiser.mjs', 'package-table.mjs']) {
    cpSync(join(root, 'tools/boundaries', name), join(dir, 'tools/boundaries', name));
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
