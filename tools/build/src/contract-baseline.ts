/**
 * `buf breaking` against the contract as it stood when proto/BASELINE.md was last edited: that
 * commit is found in the history, so the answer is the same before and after a commit, and a
 * breaking change stays refused until somebody writes down, in that file, why it is wanted.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from './workspace.js';

/** The file whose last change marks the accepted contract. */
export const baselineFile = 'proto/BASELINE.md';

export type Outcome =
  { kind: 'kept' } | { kind: 'broken'; report: string } | { kind: 'skipped'; why: string };

function git(repo: string, args: string[]): string {
  const result = spawnSync('git', args, { cwd: repo, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
  return result.stdout.trim();
}

/** Puts the proto folder of a commit where buf can read it. */
function extract(repo: string, commit: string, into: string): void {
  mkdirSync(into, { recursive: true });
  const archive = join(into, 'proto.tar');
  git(repo, ['archive', '--format=tar', '-o', archive, commit, 'proto']);
  const unpacked = spawnSync('tar', ['-xf', archive, '-C', into], { encoding: 'utf8' });
  if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
}

/** Why there is nothing to compare with, or undefined. */
function reasonToSkip(repo: string): string | undefined {
  const inside = spawnSync('git', ['rev-parse', '--is-shallow-repository'], {
    cwd: repo,
    encoding: 'utf8',
  });
  if (inside.status !== 0) return 'this is not a git repository';
  if (inside.stdout.trim() === 'true') {
    return 'this clone is shallow: fetch the history (git fetch --unshallow) to compare';
  }
  if (git(repo, ['status', '--porcelain', '--', baselineFile]) !== '') {
    return `${baselineFile} is being edited: what is committed with it becomes the baseline`;
  }
  return undefined;
}

/** Compares the working tree's contract with the baseline. */
export function compareWithBaseline(repo: string): Outcome {
  const why = reasonToSkip(repo);
  if (why !== undefined) return { kind: 'skipped', why };
  const commit = git(repo, ['log', '-1', '--format=%H', '--', baselineFile]);
  if (commit === '') return { kind: 'skipped', why: `${baselineFile} has no history yet` };
  const scratch = mkdtempSync(join(tmpdir(), 'queqiao-baseline-'));
  try {
    extract(repo, commit, scratch);
    const result = spawnSync(
      binary('buf'),
      ['breaking', 'proto', '--against', join(scratch, 'proto')],
      { cwd: repo, encoding: 'utf8' },
    );
    if (result.status === 0) return { kind: 'kept' };
    return { kind: 'broken', report: `${result.stdout}${result.stderr}`.trim() };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
